// What a backup holds: an ordinary age key file. `age --decrypt backup.age > keys.txt` and plain sops are enough to use it; where each key came
// from stands in comments. Everything is ASCII, so that it survives printing, scanning and typing.
import { OpsError } from '../../errors.ts'
import { Secret } from '../../ports/secret.ts'
import type { Identity, IdentityKind } from './identities.ts'
import { type KeySource, sourceLine, sourceName, valueText } from './sources.ts'

export const BUNDLE_FORMAT = 1
/** The first line of a bundle, up to the number of its format. */
export const BUNDLE_HEADER = '# flux-ops age keys, format '

/** What one file, or one entry of a Secret, holds. */
export interface KeySet {
  readonly source: KeySource
  readonly identities: readonly Identity[]
}

export interface KeyBundle {
  /** Undefined where the text is a key file that flux-ops did not write. */
  readonly cluster: { readonly name: string; readonly uid?: string } | undefined
  /** RFC 3339; undefined as above. */
  readonly taken: string | undefined
  readonly sets: readonly KeySet[]
}

/** A key of a bundle, once, however often it stands there. */
export interface BundleKey {
  readonly kind: IdentityKind
  /** Undefined for a plugin identity that names none. */
  readonly recipient: string | undefined
  readonly sources: readonly KeySource[]
}

const LONGEST_SHOWN = 120

/** A recipient for a person to compare: whole, or for the 1,959 characters of a post-quantum one its beginning and end. */
export const shortRecipient = (recipient: string): string =>
  recipient.length <= LONGEST_SHOWN ? recipient : `${recipient.slice(0, 24)}...${recipient.slice(-16)}`

/** The recipient of a plugin is known from its comment alone and stands there whole; that of any other key follows from the key. */
const identityLines = ({ kind, recipient, secret }: Identity): string[] => [
  ...(recipient === undefined ? [] : [`# recipient: ${kind === 'plugin' ? recipient : shortRecipient(recipient)}`]),
  secret.reveal(),
]

/** A key file with the identities of one set: what is put back into its file or entry. */
export const keySetText = ({ identities }: KeySet): Secret => new Secret(`${identities.flatMap(identityLines).join('\n')}\n`)

/** The text of a bundle. Throws OpsError `bundle-empty` where there is nothing to back up. */
export function bundleText({ cluster, taken, sets }: KeyBundle): Secret {
  const count = sets.flatMap(({ identities }) => identities).length
  if (count === 0) {
    const looked = sets.map(({ source }) => sourceName(source)).join(', ') || 'nothing was named'
    const hints = ['kubectl -n flux-system get secrets shows what there is', 'name the Secret or the key file']
    throw new OpsError({ code: 'bundle-empty', message: `there is no age identity to back up in ${looked}`, hints })
  }
  const header = [
    `${BUNDLE_HEADER}${BUNDLE_FORMAT}`,
    ...(cluster === undefined ? [] : [`# cluster: ${valueText(cluster.name)}`]),
    ...(cluster?.uid === undefined ? [] : [`# cluster uid: ${valueText(cluster.uid)}`]),
    ...(taken === undefined ? [] : [`# taken: ${valueText(taken)}`]),
    `# identities: ${count}`,
  ]
  const parts = sets.map(({ source, identities }) => [sourceLine(source), ...identities.flatMap(identityLines)])
  return new Secret(`${[header, ...parts].map((lines) => lines.join('\n')).join('\n\n')}\n`)
}

/** The keys of a bundle in the order in which they first appear, each with everything that holds it. */
export function bundleKeys({ sets }: KeyBundle): BundleKey[] {
  const keys = new Map<string, BundleKey & { sources: KeySource[] }>()
  for (const { source, identities } of sets) {
    for (const { kind, recipient, secret } of identities) {
      const known = keys.get(secret.reveal())
      if (known === undefined) keys.set(secret.reveal(), { kind, recipient, sources: [source] })
      else if (!known.sources.includes(source)) known.sources.push(source)
    }
  }
  return [...keys.values()]
}
