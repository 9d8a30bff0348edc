// Where the keys of a backup belong and what of them is missing there. Reads only.
import { OpsError, refusal, usageError } from '../../errors.ts'
import type { ReadContext } from '../../ports/context.ts'
import type { KubeObject } from '../../ports/kube.ts'
import type { KeyBundle, KeySet } from '../../sops/keys/bundle.ts'
import { type Identity, parseIdentities } from '../../sops/keys/identities.ts'
import { isReadByFlux } from '../../sops/keys/sources.ts'
import { NAMESPACE, parseId, SECRET } from '../resources.ts'

/** An entry that is added to a Secret. */
export interface EntryToAdd {
  readonly name: string
  readonly set: KeySet
  readonly recipients: readonly string[]
}

export interface SecretToRestore {
  /** `namespace/name` */
  readonly id: string
  readonly exists: boolean
  readonly namespaceExists: boolean
  readonly add: readonly EntryToAdd[]
  /** Recipients that it has already. */
  readonly there: readonly string[]
  /** Of the Secret that was planned with; undefined where there was none. */
  readonly resourceVersion: string | undefined
}

export interface RestorePlan {
  readonly secrets: readonly SecretToRestore[]
  /** Entries that Flux passes over because of their name: they stay in the backup. */
  readonly passedOver: readonly string[]
  /** Recipients of keys that no Secret is named for; they stay in the backup as well. */
  readonly homeless: readonly string[]
}

const recipientsOf = (identities: readonly Identity[]): string[] => identities.flatMap(({ recipient }) => recipient ?? [])

interface Wanted {
  readonly id: string
  readonly entry: string
  readonly set: KeySet
}

interface Places {
  readonly wanted: readonly Wanted[]
  readonly passedOver: readonly string[]
  readonly homeless: readonly string[]
}

const placeOf = ({ source }: KeySet): { id: string; entry: string } | undefined =>
  source.kind === 'secret' ? { id: `${source.namespace}/${source.name}`, entry: source.entry } : undefined

/** New names in `target`, for sets that have no place there. */
const moved = (target: string, sets: readonly KeySet[]): Wanted[] =>
  sets.map((set, index) => ({ id: target, entry: index === 0 ? 'age.agekey' : `age-${index + 1}.agekey`, set }))

/** Recipients of keys that only `sets` hold. */
const without = (sets: readonly KeySet[], others: readonly Wanted[]): string[] => {
  const held = new Set(others.flatMap(({ set }) => set.identities.map(({ secret }) => secret.reveal())))
  return sets.flatMap(({ identities }) => recipientsOf(identities.filter(({ secret }) => !held.has(secret.reveal()))))
}

/**
 * Where each set goes: where it was, or to `target`. What came from a file has no place of its own and goes there as well; what was in other
 * Secrets only where nothing in the backup was in this one.
 */
function placesOf({ sets }: KeyBundle, target: string | undefined): Places {
  const full = sets.filter(({ identities }) => identities.length > 0)
  const placed = full.flatMap((set): Wanted[] => {
    const place = placeOf(set)
    return place === undefined ? [] : [{ ...place, set }]
  })
  const loose = full.filter((set) => placeOf(set) === undefined)
  const own = placed.filter(({ id }) => target === undefined || id === target)
  const all = target === undefined ? own : [...own, ...moved(target, own.length === 0 ? full : loose)]
  return {
    wanted: all.filter(({ entry }) => isReadByFlux(entry)),
    passedOver: all.filter(({ entry }) => !isReadByFlux(entry)).map(({ id, entry }) => `${id}, entry ${entry}`),
    homeless: target === undefined ? without(loose, placed) : [],
  }
}

/** Flux reads none of the entries where it cannot read one: a key beside such a one would help nobody. */
async function entryIdentities(id: string, name: string, value: string): Promise<Identity[]> {
  try {
    return await parseIdentities(Buffer.from(value, 'base64').toString('utf8'), `Secret ${id}, entry ${name}`)
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    const { namespace = '', name: secret } = parseId(id)
    throw new OpsError({
      code: 'restore-entry-unread',
      message: `${error.message}; Flux reads no key of a Secret with such an entry`,
      hints: [
        `keep it, if it may be of use:  kubectl -n ${namespace} get secret ${secret} -o yaml`,
        `take the entry out:  kubectl -n ${namespace} edit secret ${secret}   then restore again`,
      ],
      cause: error,
    })
  }
}

/** By entry; only entries that Flux reads. Throws OpsError `restore-entry-unread`. */
export async function identitiesOf(id: string, secret: KubeObject | undefined): Promise<Map<string, Identity[]>> {
  const found = new Map<string, Identity[]>()
  for (const [name, value] of Object.entries((secret?.data ?? {}) as Record<string, string>))
    if (isReadByFlux(name)) found.set(name, await entryIdentities(id, name, value))
  return found
}

const immutable = (id: string): OpsError => {
  const { namespace = '', name } = parseId(id)
  return refusal(
    'restore-immutable',
    `Secret ${id} is immutable: nothing can be added to it`,
    `save it, delete it, and restore again:  kubectl -n ${namespace} get secret ${name} -o yaml   and   kubectl -n ${namespace} delete secret ${name}`,
    'or into a key file, and make it by hand: --key-file FILE',
  )
}

/** A name that is free: what stands under the wanted one is somebody's and stays. */
function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  const base = wanted.slice(0, -'.agekey'.length)
  for (let number = 1; ; number += 1) {
    const name = `${base}-restored${number === 1 ? '' : `-${number}`}.agekey`
    if (!taken.has(name)) return name
  }
}

async function planSecret(ctx: Pick<ReadContext, 'kube'>, id: string, wanted: readonly Wanted[]): Promise<SecretToRestore> {
  const { namespace = '', name } = parseId(id)
  const [secret, home] = await Promise.all([ctx.kube.get(SECRET, { namespace, name }), ctx.kube.get(NAMESPACE, { name: namespace })])
  const present = await identitiesOf(id, secret)
  const there = new Set([...present.values()].flat().map(({ secret: key }) => key.reveal()))
  const taken = new Set(Object.keys((secret?.data ?? {}) as object))
  const add: EntryToAdd[] = []
  for (const { entry, set } of wanted) {
    const missing = set.identities.filter(({ secret: key }) => !there.has(key.reveal()))
    if (missing.length === 0) continue
    const free = freeName(entry, taken)
    taken.add(free)
    add.push({ name: free, set: { ...set, identities: missing }, recipients: recipientsOf(missing) })
  }
  if (add.length > 0 && secret?.immutable === true) throw immutable(id)
  const { resourceVersion } = secret?.metadata ?? {}
  return {
    id,
    exists: secret !== undefined,
    namespaceExists: home !== undefined,
    add,
    there: [...present.values()].flatMap(recipientsOf),
    resourceVersion,
  }
}

const nowhere = (passedOver: readonly string[]): OpsError =>
  passedOver.length > 0
    ? usageError(
        'restore-nowhere',
        `Flux would read none of these keys where they were, as no name ends in .agekey: Secret ${passedOver.join('; Secret ')}`,
        '--secret flux-system/NAME of another Secret   puts them there under names that Flux reads',
        '--key-file FILE   puts them into a file of this machine',
      )
    : usageError(
        'restore-nowhere',
        'nothing in this backup says which Secret its keys belong to',
        '--secret flux-system/sops-age   puts them there',
        '--key-file FILE   puts them into a file of this machine',
      )

/**
 * `target`: `namespace/name` to narrow to, or for keys that came from no Secret. Throws OpsError `restore-nowhere`, `restore-immutable`,
 * `restore-entry-unread`.
 */
export async function planRestore(ctx: Pick<ReadContext, 'kube'>, bundle: KeyBundle, target: string | undefined): Promise<RestorePlan> {
  const { wanted, passedOver, homeless } = placesOf(bundle, target)
  const ids = [...new Set(wanted.map(({ id }) => id))]
  if (ids.length === 0) throw nowhere(passedOver)
  const secrets: SecretToRestore[] = []
  for (const id of ids)
    secrets.push(
      await planSecret(
        ctx,
        id,
        wanted.filter((one) => one.id === id),
      ),
    )
  return { secrets, passedOver, homeless }
}
