// The run's own Secret: the new credential and the old one, from before the swap until the end. By its name a run that was killed finds them again, and
// neither ever lies on a disk of this machine.
import { parseId, SECRET } from '../../src/actions/resources.ts'
import { OpsError } from '../../src/errors.ts'
import type { Context, ReadContext } from '../../src/ports/context.ts'
import { credentialOf, type Data, holds, type Kind } from './credential.ts'
import { nextCredential } from './next.ts'
import { type CredentialsView, ownSecretId, what } from './plan-facts.ts'

export const RUN_LABEL = 'flux-ops.dev/run'
export const ROTATES = 'flux-ops.dev/rotates'

export interface Kept {
  readonly next: Data
  readonly old: Data
}

type Kube = Pick<ReadContext, 'kube'>

const named = (prefix: string, data: Data): Data =>
  Object.fromEntries(Object.entries(data).map(([name, value]) => [`${prefix}.${name}`, value]))

const under = (prefix: string, data: Data): Data =>
  Object.fromEntries(
    Object.entries(data).flatMap(([name, value]) => (name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), value]] : [])),
  )

/** undefined: it is not there. */
export async function readKept({ kube }: Kube, view: CredentialsView): Promise<Kept | undefined> {
  const object = await kube.get(SECRET, parseId(ownSecretId(view)))
  if (object === undefined) return undefined
  const data = (object.data ?? {}) as Data
  return { next: under('next', data), old: under('old', data) }
}

/** Throws OpsError `own-secret-gone`. */
export async function needKept(ctx: Kube, view: CredentialsView): Promise<Kept> {
  const kept = await readKept(ctx, view)
  if (kept !== undefined) return kept
  throw new OpsError({
    code: 'own-secret-gone',
    message: `Secret ${ownSecretId(view)} of this run is not there any more: with it the new ${view.plan.kind === 'ssh' ? 'key' : 'token'} is gone`,
    hints: ['who deleted it?', `look what Secret ${view.plan.secret} holds, and begin anew:  flux-ops credentials rotate`],
  })
}

const gone = (id: string): OpsError =>
  new OpsError({ code: 'secret-missing', message: `Secret ${id} is not there any more`, hints: ['who deleted it?', 'flux-ops recover'] })

/** All entries of the Secret that is rotated. Throws OpsError `secret-missing`. */
export async function readLive(
  { kube }: Kube,
  { plan }: Pick<CredentialsView, 'plan'>,
): Promise<{ data: Data; resourceVersion: string | undefined; annotations: Data }> {
  const object = await kube.get(SECRET, parseId(plan.secret))
  if (object === undefined) throw gone(plan.secret)
  const { resourceVersion, annotations = {} } = object.metadata
  return { data: (object.data ?? {}) as Data, resourceVersion, annotations }
}

const same = ({ plan, runId }: CredentialsView): OpsError =>
  new OpsError({
    code: 'credential-same',
    message: `the new ${what(plan)} is the one that Secret ${plan.secret} holds already`,
    hints: [`flux-ops runs abandon ${runId}, then begin anew with another one`],
  })

/** How the new one is called where public keys carry a comment. */
export const commentOf = (runId: string): string => `flux-ops-${runId}`

/** Makes the new credential and keeps it. Throws OpsError `credential-same`, `secret-missing`, and those of nextCredential. */
export async function createKept(ctx: Context, view: CredentialsView): Promise<Kept> {
  const { plan, runId } = view
  const kind: Kind = plan.kind
  const { data } = await readLive(ctx, view)
  const old = credentialOf(kind, data)
  const next = await nextCredential(ctx, { kind, next: plan.next, old: data }, commentOf(runId))
  if (holds(kind, old, next)) throw same(view)
  const { namespace = '', name } = parseId(ownSecretId(view))
  await ctx.kube.create(SECRET, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'flux-ops', [RUN_LABEL]: runId },
      annotations: { [ROTATES]: plan.secret },
    },
    type: 'Opaque',
    data: { ...named('next', next), ...named('old', old) },
  })
  return { next, old }
}
