// The namespace of Flux, before anything that belongs into it.
import { heldIn } from '../../../src/actions/held-in.ts'
import { NAMESPACE } from '../../../src/actions/resources.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import type { Context } from '../../../src/ports/context.ts'
import { type BootstrapView, namespaceOf } from '../plan-facts.ts'
import type { BootstrapPlan } from '../plan-schema.ts'

/** Only one that this run has made, and that holds nothing: a key may be the only one of its kind. */
async function takeBack(ctx: Context, { plan, facts }: BootstrapView): Promise<readonly string[]> {
  if (facts.namespace?.made !== true) return []
  const name = namespaceOf(plan)
  const held = await heldIn(ctx.kube, name)
  if (held !== undefined) return [`Namespace ${name} stays: it holds ${held}`]
  await ctx.kube.delete(NAMESPACE, { name })
  return []
}

export const namespaceStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'namespace',
  title: 'make the namespace of Flux',
  why: 'secrets have to be there before the Flux that reads them',
  preview: ({ plan }) => [`kubectl create namespace ${namespaceOf(plan)}`],
  isDone: async (ctx, { plan }) => (await ctx.kube.get(NAMESPACE, { name: namespaceOf(plan) })) !== undefined,
  factsWhenDone: async () => ({ made: false }),
  run: async (ctx, { plan }) => {
    const name = namespaceOf(plan)
    await ctx.kube.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    return { made: true }
  },
  undo: takeBack,
  undoPreview: ({ plan }) => [`delete Namespace ${namespaceOf(plan)}, if nothing is left in it`],
}
