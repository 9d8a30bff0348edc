// The HelmRelease of the operator: installed, or removed again. The chart brings the operator's CRDs.
import { shorten } from '../../src/actions/reconcile.ts'
import { DEPLOYMENT, parseId, resourceOfObject } from '../../src/actions/resources.ts'
import { shortImage } from '../../src/actions/rollout.ts'
import { readFluxObject } from '../../src/actions/sync-source.ts'
import { type Seen, waitFor } from '../../src/actions/wait-for.ts'
import { OpsError } from '../../src/errors.ts'
import { verdict } from '../../src/flux/conditions.ts'
import { OPERATOR } from '../../src/flux/operator-move/operator.ts'
import type { Context, ReadContext } from '../../src/ports/context.ts'
import type { KubeObject } from '../../src/ports/kube.ts'
import type { MovePlan } from './plan-schema.ts'

type Where = Pick<MovePlan, 'namespace' | 'operator'>

const idIn = ({ namespace }: Where): string => `${namespace}/${OPERATOR}`

async function read(ctx: ReadContext, kind: string, id: string): Promise<KubeObject | undefined> {
  try {
    return await readFluxObject(ctx.kube, kind, id)
  } catch (error) {
    if (error instanceof OpsError && error.code === 'object-missing') return undefined
    throw error
  }
}

const stateLine = (kind: string, object: KubeObject): string => {
  const { state, reason, message } = verdict(object)
  return `${kind} ${object.metadata.namespace}/${object.metadata.name}: ${[state, reason, message]
    .filter((part) => part !== '')
    .join(': ')
    .slice(0, 300)}`
}

/** What is missing until the operator of the plan runs; undefined when nothing is. */
export async function installed(ctx: ReadContext, plan: Where): Promise<string | undefined> {
  const [source, release] = await Promise.all([read(ctx, 'OCIRepository', idIn(plan)), read(ctx, 'HelmRelease', idIn(plan))])
  if (source === undefined || release === undefined) return `HelmRelease ${idIn(plan)} is not there`
  if (source.spec?.ref?.tag !== plan.operator.version) return `OCIRepository ${idIn(plan)} is at ${source.spec?.ref?.tag ?? 'no tag'}`
  if (verdict(source).state !== 'ready') return stateLine('OCIRepository', source)
  if (verdict(release).state !== 'ready') return stateLine('HelmRelease', release)
  const deployment = await ctx.kube.get(DEPLOYMENT, parseId(idIn(plan)))
  const image = shortImage(String(deployment?.spec?.template?.spec?.containers?.[0]?.image ?? ''))
  const ready = deployment?.status?.availableReplicas ?? 0
  if (ready === 0 || deployment?.status?.observedGeneration !== deployment?.metadata.generation)
    return `Deployment ${idIn(plan)}: not available yet`
  return image.startsWith(`${OPERATOR}:`) ? undefined : `Deployment ${idIn(plan)} runs ${image}`
}

/** Throws OpsError `operator-not-installed`. */
export async function waitForOperatorItself(ctx: Context, plan: MovePlan): Promise<void> {
  await waitFor(ctx, {
    waitingFor: `the Flux Operator ${plan.operator.version} to run`,
    timeoutMs: plan.timeoutMs,
    everyMs: 1000,
    code: 'operator-not-installed',
    hints: [
      `flux -n ${plan.namespace} get helmrelease ${OPERATOR}`,
      'then:  flux-ops runs resume',
      'or take it back:  flux-ops runs abandon',
    ],
    probe: async (): Promise<Seen<void>> => {
      const missing = await installed(ctx, plan)
      return missing === undefined ? { done: true, value: undefined } : { done: false, lastSeen: missing }
    },
  })
}

/** Uninstalled by helm-controller; then its source goes. Throws OpsError `operator-stays`. */
export async function removeOperator(ctx: Context, plan: MovePlan): Promise<void> {
  for (const kind of ['HelmRelease', 'OCIRepository']) {
    const object = await read(ctx, kind, idIn(plan))
    if (object === undefined) continue
    if (object.metadata.deletionTimestamp === undefined) await ctx.kube.delete(resourceOfObject(object), parseId(idIn(plan)))
    const probe = async (): Promise<Seen<void>> => {
      const left = await read(ctx, kind, idIn(plan))
      return left === undefined ? { done: true, value: undefined } : { done: false, lastSeen: shorten([stateLine(kind, left)]) }
    }
    const hints = [`kubectl -n ${plan.namespace} get ${kind.toLowerCase()} ${OPERATOR} -o yaml`]
    await waitFor(ctx, { waitingFor: `${kind} ${idIn(plan)} to be gone`, timeoutMs: plan.timeoutMs, code: 'operator-stays', hints, probe })
  }
}
