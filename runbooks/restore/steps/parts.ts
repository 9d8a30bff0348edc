// What is made, in the order in which it is needed. Nothing of Flux runs before its secrets are there, and nothing reconciles before it is let go.
import { DEPLOYMENT, nameOf, POD } from '../../../src/actions/resources.ts'
import { failOnBroken } from '../../../src/actions/rollout.ts'
import { sideBySide } from '../../../src/actions/side-by-side.ts'
import { resourceOfCrdObject } from '../../../src/actions/system-objects.ts'
import { type Seen, waitFor } from '../../../src/actions/wait-for.ts'
import type { Facts, ReadStep } from '../../../src/engine/model.ts'
import type { Kept } from '../../../src/flux/installation/content.ts'
import { revivedStatus } from '../../../src/flux/installation/revive.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { contentOf } from '../open.ts'
import type { RestorePlan } from '../plan-schema.ts'
import { make, partStep } from './make.ts'

export const namespacesStep = partStep({
  part: 'namespaces',
  title: 'make the namespaces',
  why: 'what comes next lies in them',
  said: 'namespaces',
})

export const secretsStep = partStep({
  part: 'secrets',
  title: 'give back the secrets',
  why: 'Flux has to have them before it fetches, decrypts or pulls anything',
  said: 'secrets',
})

const isCrd = ({ resource }: Kept): boolean => resource.kind === 'CustomResourceDefinition'

async function areServed(ctx: ReadContext, crds: readonly Kept[]): Promise<boolean> {
  return (await sideBySide(crds, 8, ({ object }) => ctx.kube.serves(resourceOfCrdObject(object)))).every(Boolean)
}

async function waitUntilServed(ctx: ReadContext, crds: readonly Kept[]): Promise<void> {
  const probe = async (): Promise<Seen<true>> =>
    (await areServed(ctx, crds)) ? { done: true, value: true } : { done: false, lastSeen: 'not all of them are' }
  if (crds.length > 0) await waitFor(ctx, { waitingFor: 'the CRDs to be served', timeoutMs: 120_000, everyMs: 200, probe })
}

export const crdsStep = partStep({
  part: 'crds',
  title: 'make the CRDs',
  why: 'objects of Flux come before its controllers, so that each is held from its first moment',
  said: 'CRDs',
  run: async (ctx, all) => {
    const facts = await make(ctx, all, 'CRDs')
    await waitUntilServed(ctx, all)
    return facts
  },
  isDone: areServed,
})

export const systemStep = partStep({
  part: 'system',
  title: 'make the accounts, roles and services of the controllers',
  why: 'as they were set, and not as a release has them by default',
  said: 'accounts, roles and services',
})

/** What nobody will reconcile says what it said: others depend on it, and what it had applied is known by it. */
async function revive(ctx: Context, { resource, object }: Kept): Promise<void> {
  if (object.status === undefined) return
  const live = await ctx.kube.get(resource, nameOf(object))
  const status = revivedStatus(object, live?.metadata.generation ?? 1)
  await ctx.kube.patch(resource, nameOf(object), 'merge', { status }, { subresource: 'status', metadataOnly: true })
}

const conditionsOf = (object: KubeObject | undefined): number => (object?.status?.conditions ?? []).length

export const objectsStep = partStep({
  part: 'objects',
  title: 'make the objects that everything begins with, held',
  why: 'Flux finds them suspended; what a person had suspended comes back with what it had said',
  said: 'objects of Flux',
  run: async (ctx, all) => {
    const facts = await make(ctx, all, 'objects of Flux')
    await sideBySide(all, 8, (kept) => revive(ctx, kept))
    return facts
  },
  isDone: async (ctx, all) => {
    const told = all.filter(({ object }) => conditionsOf(object) > 0)
    const live = await sideBySide(told, 8, ({ resource, object }) => ctx.kube.get(resource, nameOf(object)))
    return live.every((object) => conditionsOf(object) > 0)
  },
})

const FIRST = ['Namespace', 'ServiceAccount', 'Secret', 'ConfigMap']

export const appliedStep = partStep({
  part: 'applied',
  title: 'bring back what suspended ones had applied',
  why: 'Flux applies nothing for them until they are resumed',
  said: 'what suspended ones had applied',
  run: async (ctx, all) => {
    const crds = all.filter(isCrd)
    const first = all.filter(({ resource }) => FIRST.includes(resource.kind))
    await make(ctx, [...first, ...crds], 'what others need')
    await waitUntilServed(ctx, crds)
    return make(ctx, all, 'what suspended ones had applied')
  },
})

export const controllersStep = partStep({
  part: 'controllers',
  title: 'start the controllers',
  why: 'last: everything that they look at is there, and held',
  said: 'controllers',
})

const rolledOut = ({ metadata, spec, status }: KubeObject): boolean =>
  (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) && (status?.availableReplicas ?? 0) >= (spec?.replicas ?? 1)

/** An image that cannot be pulled may be a passing failure of the registry: it has to last. */
const PULL_GRACE_MS = 45_000

async function openOf(ctx: ReadContext, wanted: readonly Kept[], namespace: string, patient: boolean): Promise<string[]> {
  const [live, pods] = await Promise.all([
    sideBySide(wanted, 8, ({ object }) => ctx.kube.get(DEPLOYMENT, nameOf(object))),
    ctx.kube.list(POD, { namespace }),
  ])
  const open = live.filter((one) => one === undefined || !rolledOut(one))
  for (const deployment of open) if (deployment !== undefined) await failOnBroken(ctx, deployment, pods, patient)
  return wanted.filter((_one, at) => open.includes(live[at])).map(({ object }) => `${object.metadata.name} is not available`)
}

export const rolloutStep: ReadStep<RestorePlan> = {
  kind: 'read',
  id: 'rollout',
  title: 'wait until the controllers are there',
  why: 'an image that cannot be pulled, or a node that is missing, shows here',
  run: async (ctx, { plan }): Promise<Facts> => {
    const { parts } = await contentOf(ctx, plan)
    const wanted = parts.controllers.filter(({ resource }) => resource.kind === DEPLOYMENT.kind)
    const began = ctx.clock.now().getTime()
    const probe = async (): Promise<Seen<number>> => {
      const open = await openOf(ctx, wanted, plan.namespace, ctx.clock.now().getTime() - began < PULL_GRACE_MS)
      return open.length === 0 ? { done: true, value: wanted.length } : { done: false, lastSeen: open.join(', ') }
    }
    const timeoutMs = plan.input.timeoutSeconds * 1000
    const hints = [`kubectl --context ${plan.context} -n ${plan.namespace} get pods`, 'then:  flux-ops runs resume']
    return { controllers: await waitFor(ctx, { waitingFor: 'the controllers', timeoutMs, code: 'rollout-timeout', hints, probe }) }
  },
}
