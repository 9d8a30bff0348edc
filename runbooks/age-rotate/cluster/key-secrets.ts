// The Secrets that hold the old key: the new one is put beside it as an entry of its own, and in the end the old one is taken out. A Secret is written
// only in the state that it was read in.
import { type ClusterKeys, importedIdentities, readClusterKeys } from '../../../src/actions/keys/cluster-keys.ts'
import { parseId, SECRET } from '../../../src/actions/resources.ts'
import { OpsError } from '../../../src/errors.ts'
import { secretKeeper } from '../../../src/flux/secret-keeper.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { generateKey, keyFileOf, withoutKey } from '../../../src/sops/keys/generate.ts'
import type { Identity } from '../../../src/sops/keys/identities.ts'
import type { RotateView } from '../plan-facts.ts'

export const entryOf = (runId: string): string => `${runId}.agekey`

export interface KeysAtHand {
  readonly secrets: readonly ClusterKeys[]
  /** Everything that Flux reads in them, once each. */
  readonly all: readonly Identity[]
  /** undefined before it is made, or once it was taken out. */
  readonly next: Identity | undefined
  readonly old: Identity | undefined
}

const distinct = (identities: readonly Identity[]): Identity[] => [
  ...new Map(identities.map((identity) => [identity.secret.reveal(), identity])).values(),
]

/** Throws OpsError `keys-unread`. */
export async function keysAtHand(ctx: Pick<ReadContext, 'kube'>, { plan, runId }: RotateView): Promise<KeysAtHand> {
  const secrets = await readClusterKeys(ctx.kube, { objects: [], deployments: [] }, plan.secrets)
  const problem = secrets.flatMap(({ problems }) => problems)[0]
  if (problem !== undefined)
    throw new OpsError({
      code: 'keys-unread',
      message: `not every key of the cluster can be read: ${problem}`,
      hints: ['flux-ops status', 'once it is well again:  flux-ops runs resume'],
    })
  const all = distinct(secrets.flatMap(importedIdentities))
  const own = secrets.flatMap(({ entries }) => entries.filter(({ name }) => name === entryOf(runId)))
  return { secrets, all, next: own.flatMap(({ identities }) => identities)[0], old: all.find(({ recipient }) => recipient === plan.old) }
}

export const holds = (secret: ClusterKeys, identity: Identity): boolean =>
  importedIdentities(secret).some(({ secret: key }) => key.reveal() === identity.secret.reveal())

const ATTEMPTS = 5

interface Change {
  /** null takes an entry out. */
  readonly data: Readonly<Record<string, string | null>>
  readonly annotations?: Readonly<Record<string, null>>
}

/** `change` gives what is to be written; undefined when nothing is left to do. */
async function rewrite(
  { kube }: Pick<Context, 'kube'>,
  id: string,
  change: (data: Readonly<Record<string, string>>, annotations: Readonly<Record<string, string>>) => Change | undefined,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const secret = await kube.get(SECRET, parseId(id))
    const found = change((secret?.data ?? {}) as Record<string, string>, secret?.metadata.annotations ?? {})
    if (found === undefined) return
    const { data, annotations } = found
    const metadata = { resourceVersion: secret?.metadata.resourceVersion, ...(annotations && { annotations }) }
    try {
      await kube.patch(SECRET, parseId(id), 'merge', { metadata, data }, { fieldManager: 'flux-ops', metadataOnly: true })
      return
    } catch (error) {
      if (!(error instanceof OpsError) || error.code !== 'kube-conflict' || attempt === ATTEMPTS) throw error
    }
  }
}

const lost = (id: string, what: string, ...hints: readonly string[]): OpsError => {
  const { namespace = '', name } = parseId(id)
  return new OpsError({
    code: 'key-not-kept',
    message: `Secret ${id} ${what} after it was written: somebody else writes to it`,
    hints: [`who:  kubectl -n ${namespace} get secret ${name} --show-managed-fields -o yaml`, ...hints, 'then:  flux-ops runs resume'],
  })
}

/** The key of this run, made where there is none yet, in every Secret. Called again it goes on where it was cut short. */
export async function addKey(ctx: Context, view: RotateView): Promise<Identity> {
  const { next: known } = await keysAtHand(ctx, view)
  const next = known ?? (await generateKey(view.plan.kind))
  const text = keyFileOf(
    next,
    ctx.clock
      .now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z'),
  )
  const entry = entryOf(view.runId)
  for (const id of view.plan.secrets)
    await rewrite(ctx, id, (data) =>
      data[entry] === undefined ? { data: { [entry]: Buffer.from(text.reveal()).toString('base64') } } : undefined,
    )
  const { secrets } = await keysAtHand(ctx, view)
  for (const secret of secrets) if (!holds(secret, next)) throw lost(secret.id, 'does not hold the new key')
  return next
}

/** Before what needs the new key is pushed: a run may have stood still since it was proven. Throws OpsError `key-not-kept`, `keys-unread`. */
export async function assertHeld(ctx: Pick<ReadContext, 'kube'>, view: RotateView): Promise<void> {
  const { secrets, next } = await keysAtHand(ctx, view)
  for (const secret of secrets)
    if (next === undefined || !holds(secret, next))
      throw lost(secret.id, 'does not hold the new key', 'flux-ops age restore puts back what the backup has')
}

/** Takes the entry of this run out again. */
export async function dropKey(ctx: Context, { plan, runId }: RotateView): Promise<void> {
  const entry = entryOf(runId)
  for (const id of plan.secrets) await rewrite(ctx, id, (data) => (data[entry] === undefined ? undefined : { data: { [entry]: null } }))
}

const utf8 = (value: string): string => Buffer.from(value, 'base64').toString('utf8')

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** Whether `kubectl apply` has left a copy of the key in the annotation that it compares with. */
function isRemembered(annotations: Readonly<Record<string, string>>, { secret }: Identity): boolean {
  const text = annotations[LAST_APPLIED] ?? ''
  if (text.includes(secret.reveal())) return true
  // The API server takes base64 that is broken into lines, and so it stands there.
  const words = text.replace(/\\[rn]/g, '').match(/[A-Za-z0-9+/]{40,}={0,2}/g) ?? []
  return words.some((word) => utf8(word).includes(secret.reveal()))
}

/** Pure. What changes in a Secret when a key goes; what else is in an entry stays as it is. */
export function withoutKeyIn(
  data: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
  key: Identity,
): Change | undefined {
  const held = Object.entries(data).filter(([, value]) =>
    utf8(value)
      .split('\n')
      .some((line) => line.trim() === key.secret.reveal()),
  )
  const without = (value: string): string | null => {
    const left = withoutKey(utf8(value), key)
    return left === undefined ? null : Buffer.from(left).toString('base64')
  }
  const remembered = isRemembered(annotations, key)
  if (held.length === 0 && !remembered) return undefined
  return {
    data: Object.fromEntries(held.map(([name, value]) => [name, without(value)])),
    ...(remembered && { annotations: { [LAST_APPLIED]: null } }),
  }
}

/** Only where the new key is there: what is taken out is never the last one that opens something. */
export async function takeOldOut(ctx: Context, view: RotateView): Promise<void> {
  const { secrets, next, old } = await keysAtHand(ctx, view)
  for (const secret of secrets)
    if (next === undefined || !holds(secret, next)) throw lost(secret.id, 'does not hold the new key; the old one was left in it')
  if (old !== undefined) for (const { id } of secrets) await rewrite(ctx, id, (data, annotations) => withoutKeyIn(data, annotations, old))
  const after = await keysAtHand(ctx, view)
  for (const secret of after.secrets) {
    if (next === undefined || !holds(secret, next)) throw lost(secret.id, 'does not hold the new key')
    if (old !== undefined && holds(secret, old)) throw lost(secret.id, 'still holds the old key')
  }
}

/** An immutable Secret, or one that a controller keeps as it wants it; undefined for one that is ours to write. */
export function whoKeeps(secret: KubeObject): string | undefined {
  const keeper = secretKeeper(secret)
  if (keeper === undefined) return undefined
  if (keeper.by === 'nobody-may') return 'is immutable: nothing can be added to it'
  if (keeper.by === 'kustomization') return `is applied from git by Kustomization ${keeper.id}, which puts the old key back`
  if (keeper.by === 'release') return `is kept by Helm release ${keeper.id}, which puts the old key back`
  return `is kept by ${keeper.id}, which takes out what it does not know`
}
