// Keys put back into the Secrets that Flux decrypts with: what is missing is added, nothing that is there is changed.
import { OpsError } from '../../errors.ts'
import type { Context, ReadContext } from '../../ports/context.ts'
import type { KubeObject } from '../../ports/kube.ts'
import { type KeyBundle, type KeySet, keySetText } from '../../sops/keys/bundle.ts'
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
}

export interface RestorePlan {
  readonly secrets: readonly SecretToRestore[]
  /** Entries that Flux passes over because of their name: they stay in the backup. */
  readonly passedOver: readonly string[]
}

const recipientsOf = (identities: readonly Identity[]): string[] => identities.flatMap(({ recipient }) => recipient ?? [])

interface Wanted {
  readonly id: string
  readonly entry: string
  readonly set: KeySet
}

/** Where each set goes: where it was, or to `target`. A set that came from a file has no place of its own. */
function wantedSets({ sets }: KeyBundle, target: string | undefined): { wanted: Wanted[]; passedOver: string[] } {
  const own = sets.flatMap((set): Wanted[] => {
    if (set.source.kind !== 'secret') return []
    const id = `${set.source.namespace}/${set.source.name}`
    return target === undefined || target === id ? [{ id, entry: set.source.entry, set }] : []
  })
  const homeless =
    target === undefined || own.length > 0
      ? []
      : sets.map((set, index): Wanted => ({ id: target, entry: index === 0 ? 'age.agekey' : `age-${index + 1}.agekey`, set }))
  const all = [...own, ...homeless].filter(({ set }) => set.identities.length > 0)
  return {
    wanted: all.filter(({ entry }) => isReadByFlux(entry)),
    passedOver: all.filter(({ entry }) => !isReadByFlux(entry)).map(({ id, entry }) => `${id}, entry ${entry}`),
  }
}

async function identitiesOf(id: string, secret: KubeObject | undefined): Promise<Map<string, Identity[]>> {
  const found = new Map<string, Identity[]>()
  for (const [name, value] of Object.entries((secret?.data ?? {}) as Record<string, string>)) {
    if (!isReadByFlux(name)) continue
    found.set(name, await parseIdentities(Buffer.from(value, 'base64').toString('utf8'), `Secret ${id}, entry ${name}`))
  }
  return found
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
  const there = new Set([...present.values()].flatMap(recipientsOf))
  const taken = new Set(Object.keys((secret?.data ?? {}) as object))
  const add: EntryToAdd[] = []
  for (const { entry, set } of wanted) {
    const missing = set.identities.filter(({ recipient }) => recipient === undefined || !there.has(recipient))
    if (missing.length === 0) continue
    const free = freeName(entry, taken)
    taken.add(free)
    add.push({ name: free, set: { ...set, identities: missing }, recipients: recipientsOf(missing) })
  }
  return { id, exists: secret !== undefined, namespaceExists: home !== undefined, add, there: [...there] }
}

/** `target`: `namespace/name` to narrow to, or for keys that came from no Secret. Throws OpsError `restore-nowhere`. */
export async function planRestore(ctx: Pick<ReadContext, 'kube'>, bundle: KeyBundle, target: string | undefined): Promise<RestorePlan> {
  const { wanted, passedOver } = wantedSets(bundle, target)
  const ids = [...new Set(wanted.map(({ id }) => id))]
  if (ids.length === 0)
    throw new OpsError({
      code: 'restore-nowhere',
      message: 'nothing in this backup says which Secret its keys belong to',
      hints: ['--secret flux-system/sops-age   puts them there', '--key-file FILE   puts them into a file of this machine'],
      exit: 'usage',
    })
  const secrets: SecretToRestore[] = []
  for (const id of ids)
    secrets.push(
      await planSecret(
        ctx,
        id,
        wanted.filter((one) => one.id === id),
      ),
    )
  return { secrets, passedOver }
}

const dataOf = (add: readonly EntryToAdd[]): Record<string, string> =>
  Object.fromEntries(add.map(({ name, set }) => [name, Buffer.from(keySetText(set).reveal()).toString('base64')]))

const FIELD_MANAGER = { fieldManager: 'flux-ops' }

/** Adds what is missing, and reads it back. Throws OpsError `restore-differs` when the Secret does not hold it afterwards. */
export async function restoreSecret(ctx: Pick<Context, 'kube'>, { id, exists, namespaceExists, add }: SecretToRestore): Promise<void> {
  const { namespace = '', name } = parseId(id)
  if (add.length > 0) {
    if (!namespaceExists) await ctx.kube.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    if (exists) await ctx.kube.patch(SECRET, { namespace, name }, 'merge', { data: dataOf(add) }, { ...FIELD_MANAGER, metadataOnly: true })
    else
      await ctx.kube.create(SECRET, { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { name, namespace }, data: dataOf(add) })
  }
  const present = await identitiesOf(id, await ctx.kube.get(SECRET, { namespace, name }))
  const there = new Set([...present.values()].flatMap(recipientsOf))
  const lost = add.flatMap(({ recipients }) => recipients).filter((recipient) => !there.has(recipient))
  if (lost.length > 0)
    throw new OpsError({
      code: 'restore-differs',
      message: `Secret ${id} does not hold ${lost.join(', ')} after it was written`,
      hints: [`who writes to it:  kubectl -n ${namespace} get secret ${name} --show-managed-fields -o yaml`],
    })
}
