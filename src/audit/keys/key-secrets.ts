// The Secrets that kustomize-controller takes its keys from: there at all, with entries that it reads, and with the key of every file that it applies.
import type { Found, Unanswered } from '../model.ts'
import { type Applier, appliersOf, nothingApplied } from './appliers.ts'
import {
  ageOf,
  type ClusterLook,
  type KeyEntry,
  type KeySecretLook,
  type KeysRule,
  ofCluster,
  othersOf,
  type SealedFile,
  someOf,
} from './world.ts'

const where = ({ id }: KeySecretLook) => ({ object: `Secret ${id}` })

const splitId = (id: string): { namespace: string; name: string } => ({
  namespace: id.slice(0, id.indexOf('/')),
  name: id.slice(id.indexOf('/') + 1),
})

function missing(secret: KeySecretLook): Found[] {
  if (secret.look.status !== 'missing') return []
  const { namespace, name } = splitId(secret.id)
  const { elsewhere } = secret.look
  const there = elsewhere.length === 0 ? '' : `; ${elsewhere.join(', ')} has that name, and Flux looks in ${namespace} only`
  const fix =
    elsewhere.length === 0
      ? `kubectl -n ${namespace} create secret generic ${name} --from-file=age.agekey=KEYFILE`
      : `put the Secret into ${namespace}, where ${secret.isGlobal ? 'kustomize-controller' : secret.usedBy[0]} is`
  return [{ where: where(secret), what: `does not exist, and is what ${someOf(secret.usedBy)} would decrypt with${there}`, fix }]
}

const unread = ({ keySecrets, fallbackUnknown }: ClusterLook): Unanswered[] => [
  ...keySecrets.flatMap((secret) => (secret.look.status === 'unread' ? [{ where: where(secret), cause: secret.look.why }] : [])),
  ...(fallbackUnknown === undefined ? [] : [{ cause: fallbackUnknown }]),
]

export const decryptionSecretExists: KeysRule = {
  id: 'decryption-secret-exists',
  title: 'every Secret that Kustomizations decrypt with exists where Flux looks for it',
  severity: 'error',
  reason: 'without it nothing that is sealed can be applied; Flux looks in the namespace of the Kustomization',
  fix: 'kubectl -n NAMESPACE create secret generic NAME --from-file=age.agekey=KEYFILE',
  source: 'kustomize-controller 1.9 internal/decryptor/decryptor.go ImportKeys',
  find: ofCluster((cluster) => ({ found: cluster.keySecrets.flatMap(missing), unknown: unread(cluster) })),
}

const READ = /\.(?:agekey|asc)$|^sops\.(?:vault-token|aws-kms|azure-kv|gcp-kms)$/

const isPassedOver = ({ isGlobal }: KeySecretLook, { name }: KeyEntry): boolean =>
  !name.endsWith('.agekey') && (isGlobal || !READ.test(name))

/** A name that Flux reads for each entry that has none. Never one that is there: moved onto another entry, that one's key would be lost. */
function readableNames(entries: readonly KeyEntry[]): ReadonlyMap<string, string> {
  const taken = new Set(entries.map(({ name }) => name))
  const names = new Map<string, string>()
  for (const { name } of entries.filter((entry) => !entry.name.endsWith('.agekey'))) {
    const base = name.replace(/\.[^.]*$/, '') || 'age'
    let free = `${base}.agekey`
    for (let number = 2; taken.has(free); number++) free = `${base}-${number}.agekey`
    taken.add(free)
    names.set(name, free)
  }
  return names
}

/** A move within the Secret: no key leaves it, and no other entry is touched. */
function moveText({ id }: KeySecretLook, from: string, to: string): string {
  const { namespace, name } = splitId(id)
  const patch = JSON.stringify([{ op: 'move', from: `/data/${from}`, path: `/data/${to}` }])
  return `kubectl -n ${namespace} patch secret ${name} --type=json -p '${patch}'`
}

function entryFindings(secret: KeySecretLook, entry: KeyEntry, others: readonly KeyEntry[]): Found[] {
  const { namespace, name } = splitId(secret.id)
  if (entry.name.endsWith('.agekey') && entry.recipients === undefined) {
    const fix = `kubectl -n ${namespace} edit secret ${name}, and leave one AGE-SECRET-KEY-1… a line in it`
    return [{ where: where(secret), what: `entry ${entry.name} holds something that is no age key: Flux stops at it`, fix }]
  }
  if (!isPassedOver(secret, entry)) return []
  const isKey = entry.recipients !== undefined && entry.recipients.length > 0
  const isElsewhere =
    isKey && entry.recipients.every((each) => others.some((other) => other.name.endsWith('.agekey') && other.recipients?.includes(each)))
  const what = `entry ${entry.name} ${isKey ? 'holds an age key and ' : ''}is passed over by Flux, as its name does not end in .agekey`
  // Under a name that ends so, what is no key would stop Flux.
  const fix = isKey
    ? moveText(secret, entry.name, readableNames(others).get(entry.name) ?? '')
    : 'no age key can be read in it, and nothing is decrypted with it: leave its name as it is, or put it into a Secret of its own'
  return [{ where: where(secret), what, fix, ...(isKey && !isElsewhere ? {} : { severity: 'warning' as const }) }]
}

export const keyEntriesRead: KeysRule = {
  id: 'key-entries-read',
  title: 'Flux reads every entry of its Secrets with keys',
  severity: 'error',
  reason: 'an entry that does not end in .agekey is passed over without a word, and nothing opens with it',
  fix: 'name the entry age.agekey',
  source: 'kustomize-controller 1.9 internal/decryptor/decryptor.go DecryptionAgeExt',
  find: ofCluster((cluster) => {
    const found = cluster.keySecrets.flatMap((secret): Found[] => {
      if (secret.look.status !== 'found') return []
      const { entries } = secret.look
      if (entries.length === 0) return [{ where: where(secret), what: 'has no entry at all' }]
      return entries.flatMap((entry) => entryFindings(secret, entry, entries))
    })
    return { found, unknown: unread(cluster) }
  }),
}

const opens = ({ metadata }: SealedFile, keys: ReadonlySet<string>): boolean => {
  const groups = metadata.groups.filter(({ age }) => age.some(({ recipient }) => keys.has(recipient))).length
  return groups >= (metadata.groups.length < 2 ? 1 : metadata.shamirThreshold || metadata.groups.length)
}

const secretOf = (cluster: ClusterLook, { secret, namespace }: Applier): KeySecretLook | undefined => {
  const id = secret === undefined ? cluster.globalSecret : `${namespace ?? ''}/${secret}`
  return cluster.keySecrets.find((each) => each.id === id)
}

export const clusterOpensFiles: KeysRule = {
  id: 'cluster-opens-files',
  title: 'the cluster has a key for every sealed file that it applies',
  severity: 'error',
  reason: 'what it cannot open it does not apply, and neither what stands beside it',
  fix: 'seal the file to the recipient of the cluster: sops updatekeys FILE, once .sops.yaml names it',
  source: 'kustomize-controller 1.9 internal/decryptor/decryptor.go',
  find: ofCluster((cluster, world) => {
    const unknown: Unanswered[] = nothingApplied(world)
    const found = appliersOf(world).flatMap((applier): Found[] => {
      if (applier.from !== 'cluster' || applier.provider !== 'sops') return []
      const secret = secretOf(cluster, applier)
      const why = secret?.look.status === 'unread' ? secret.look.why : applier.secret === undefined ? cluster.fallbackUnknown : undefined
      if (why !== undefined) unknown.push({ where: applier.where, cause: why })
      if (secret?.look.status !== 'found') return []
      const keys = secret.look.entries.filter(({ name }) => name.endsWith('.agekey')).flatMap(({ recipients }) => recipients ?? [])
      // What opens with a key of another kind, a cloud may open.
      const shut = applier.sealed.filter((file) => othersOf(file).length === 0 && !opens(file, new Set(keys)))
      const held = keys.length === 0 ? 'no key of age that Flux reads' : keys.map(world.nameOf).join(', ')
      return shut.map((file) => ({
        where: { path: file.path },
        what: `is sealed to ${ageOf(file).map(world.nameOf).join(', ')}, and Secret ${secret.id}, with which ${applier.name} decrypts, holds ${held}`,
      }))
    })
    return { found, unknown }
  }),
}
