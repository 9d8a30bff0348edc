// The private key in git, sealed to its own recipient: it looks like a backup, and opens only for who has the key anyway.
import type { Found } from '../model.ts'
import { secretsIn } from './secret-objects.ts'
import { ageOf, type KeysRule, type KeysWorld, othersOf, type SealedFile } from './world.ts'

const KEY_ENTRY = /\.agekey$|^age\.?key$|^keys\.txt$/i
const KEY_FILE = /(?:^|[/._-])(?:sops-)?age(?:-?keys?)?(?:\.sops)?\.|\.agekey|age-?key/i

const MENTIONS_KEY = /agekey|age\.?key|keys\.txt/i

/** Secrets and entries tell it by name; a file that is sealed as a whole by its own. */
function looksLikeKey(file: SealedFile): { name: string | undefined } | undefined {
  if (!MENTIONS_KEY.test(file.text) && !KEY_FILE.test(file.path)) return undefined
  const { secrets } = secretsIn([file])
  const secret = secrets.find(({ entries }) => entries.some(({ key, state }) => state === 'sealed' && KEY_ENTRY.test(key)))
  if (secret !== undefined) return { name: secret.name }
  return secrets.length === 0 && KEY_FILE.test(file.path.slice(file.path.lastIndexOf('/') + 1)) ? { name: undefined } : undefined
}

/** What the cluster holds under the name that the Secret has in git. */
function liveKeys(world: KeysWorld, name: string | undefined): readonly string[] | undefined {
  if (name === undefined || world.cluster === undefined || 'unread' in world.cluster) return undefined
  const secret = world.cluster.keySecrets.find(({ id }) => id === name || id.endsWith(`/${name}`))
  return secret?.look.status === 'found' ? secret.look.entries.flatMap(({ recipients }) => recipients ?? []) : undefined
}

function found(world: KeysWorld, file: SealedFile): Found[] {
  const recipients = ageOf(file)
  const key = looksLikeKey(file)
  const held = world.keysIn(file.path) ?? liveKeys(world, key?.name)
  const where = { path: file.path }
  if (held !== undefined && held.length > 0) {
    const isAlone = othersOf(file).length === 0 && recipients.every((each) => held.includes(each))
    return isAlone ? [{ where, what: `holds the key of ${recipients.map(world.nameOf).join(', ')}, and is sealed to it alone` }] : []
  }
  if (key === undefined || held !== undefined) return []
  const to = [...recipients.map(world.nameOf), ...othersOf(file)].join(', ')
  return [
    {
      where,
      severity: 'info',
      what: `seems to hold a key, and is sealed to ${to}: whether that is another one can only be told with the key`,
    },
  ]
}

export const keyNotSealedToItself: KeysRule = {
  id: 'key-not-sealed-to-itself',
  title: 'no key is sealed to itself alone',
  severity: 'error',
  reason: 'once the key is lost, what it is sealed in cannot be opened either: this is no backup',
  fix: 'seal it to a second recipient that is kept elsewhere, or take it out of the repository and back it up: flux-ops age backup',
  source: 'an age file opens with the key of one of its recipients, and with nothing else',
  find: (world) => ({ found: world.sealed.flatMap((look) => ('metadata' in look ? found(world, look) : [])), unknown: [] }),
}
