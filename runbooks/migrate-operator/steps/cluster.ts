// The operator comes, the FluxInstance comes, and the operator takes over: all of it beside the files in git, which do not change yet.
import { contextArgs } from '../../../src/actions/apply-manifests.ts'
import { readInstance } from '../../../src/actions/flux-instance.ts'
import { hold, holdLines, isHeld, letGo, releaseLine } from '../../../src/actions/hold.ts'
import { BEFORE, changedSince, isRecorded, recordBefore } from '../../../src/actions/operator-move/before.ts'
import { appliedAgain, giveBack, removeInstance, removeLines } from '../../../src/actions/operator-move/give-back.ts'
import { forgetTheRest, keepTheRest, openOf, waitForTakeover, wouldBePruned } from '../../../src/actions/operator-move/takeover.ts'
import { requestLine } from '../../../src/actions/requests.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import { holds } from '../../../src/flux/holds.ts'
import { objectsIn } from '../../../src/flux/operator-move/overlay.ts'
import { shown } from '../../../src/flux/operator-move/reasons.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import { installed, removeOperator, waitForOperatorItself } from '../operator-release.ts'
import { type MoveView, ownerOf, takeoverOf } from '../plan-facts.ts'
import type { MovePlan } from '../plan-schema.ts'

type Write = WriteStep<MovePlan>

const APPLY = ['apply', '--server-side', '--force-conflicts', '--filename', '-']

/** kubectl's own field manager: kustomize-controller takes over from it when it applies the same from git. */
const applyText = (ctx: Context, text: string): Promise<unknown> =>
  ctx.exec.run({ tool: 'kubectl', args: [...contextArgs(ctx.target), ...APPLY], effect: 'write', stdin: text, timeoutMs: 120_000 })

const applyLine = ({ context }: MovePlan, what: string): string => `kubectl --context ${context} ${APPLY.slice(0, -1).join(' ')} <${what}>`

export const record: Write = {
  kind: 'write',
  id: 'record',
  title: 'write down what is there',
  why: 'in the end every object has to be the same one as before, by its uid',
  preview: () => [`write <run>/${BEFORE}: uids of workloads, of Flux' own objects, and how often each controller was replaced`],
  isDone: isRecorded,
  run: async (ctx) => ({ objects: Object.keys((await recordBefore(ctx)).uids).length }),
}

export const installOperator: Write = {
  kind: 'write',
  id: 'install-operator',
  title: 'install the Flux Operator',
  why: 'it runs beside Flux and does nothing before it is given a FluxInstance',
  preview: ({ plan }) => [
    applyLine(plan, `OCIRepository and HelmRelease flux-operator: ${plan.operator.chart} ${plan.operator.version}`),
    'wait for the HelmRelease and the Deployment flux-operator',
  ],
  isDone: async (ctx, { plan }) => (await installed(ctx, plan)) === undefined,
  run: async (ctx, { plan }) => {
    await applyText(ctx, plan.operator.manifest)
    await waitForOperatorItself(ctx, plan)
    return { version: plan.operator.version }
  },
  undo: (ctx, { plan }) => removeOperator(ctx, plan),
  undoPreview: ({ plan }) => [`HelmRelease ${plan.namespace}/flux-operator is deleted, and with it the operator`],
}

/** Reached by both ways back: with flux bootstrap the Kustomization is free, else when it is let go. */
const applyOldAgain = (ctx: Context, { plan, runId }: MoveView): Promise<void> =>
  appliedAgain(ctx, { owner: plan.owner, old: plan.old, token: `${runId}/back`, timeoutMs: plan.timeoutMs })

export const holdOwner: Write = {
  kind: 'write',
  id: 'hold',
  title: 'hold what applies Flux now',
  why: 'two that apply the same controllers would replace their pods in turns; and what is held prunes nothing when its file leaves git',
  preview: ({ plan }) => holdLines(ownerOf(plan)).slice(0, 1),
  isDone: (ctx, { plan }) => isHeld(ctx, ownerOf(plan)),
  run: async (ctx, { plan, runId }) => {
    await hold(ctx, ownerOf(plan), runId)
    return {}
  },
  undo: async (ctx, view) => {
    await letGo(ctx, ownerOf(view.plan))
    await applyOldAgain(ctx, view)
  },
  undoPreview: ({ plan }) => [releaseLine(ownerOf(plan)), `Kustomization ${plan.owner} applies Flux again`],
}

/** Whether the cluster has the FluxInstance of the plan. */
async function hasInstance(ctx: ReadContext, { plan }: Pick<MoveView, 'plan'>): Promise<boolean> {
  const [wanted] = objectsIn(plan.instance.manifest)
  const there = await readInstance(ctx.kube, plan.instance.id).catch((error: { code?: string }) => {
    if (error.code === 'object-missing') return undefined
    throw error
  })
  return there !== undefined && there.metadata.deletionTimestamp === undefined && holds(there.spec, wanted?.spec)
}

export const writeInstance: Write = {
  kind: 'write',
  id: 'write-instance',
  title: 'give the operator the FluxInstance',
  why: 'it says what runs already; from here on the operator applies it and takes the ownership of every object',
  preview: ({ plan }) => [applyLine(plan, `FluxInstance ${plan.instance.id}`), ...plan.instance.manifest.trimEnd().split('\n')],
  isDone: hasInstance,
  run: async (ctx, { plan }) => {
    await applyText(ctx, plan.instance.manifest)
    return {}
  },
  undo: async (ctx, view) => {
    const { plan } = view
    await removeInstance(ctx, plan.instance.id, plan.timeoutMs)
    const { given, removed } = await giveBack(ctx)
    if (given + removed.length > 0 && !plan.ownerLeaves) await applyOldAgain(ctx, view)
  },
  undoPreview: ({ plan }) => [
    ...removeLines(plan.instance.id),
    `what it owned is Kustomization ${plan.owner}'s again: pods are replaced once`,
  ],
}

/** Fields of controllers that are others under the operator, and the plan did not say so; and those that are not what it said. */
async function unforeseen(ctx: ReadContext, { plan }: Pick<MoveView, 'plan'>): Promise<string[]> {
  const key = ({ object, path, under }: { object: string; path: string; under: string | null }): string =>
    JSON.stringify([object, path, under])
  const told = plan.differences.filter(({ reason }) => reason === 'lost' || reason === 'asked')
  const changed = (await changedSince(ctx)).map(({ object, path, now, under }) => ({
    object,
    path,
    now: shown(path, now),
    under: shown(path, under),
  }))
  const [foreseen, there] = [new Set(told.map(key)), new Set(changed.map(key))]
  return [
    ...changed
      .filter((each) => !foreseen.has(key(each)))
      .map(({ object, path, now, under }) => `${object} ${path}: ${now ?? 'not there'} → ${under ?? 'not there'}`),
    ...told
      .filter((each) => each.reason === 'asked' && !there.has(key(each)))
      .map(({ object, path, under }) => `${object} ${path}: is not ${under ?? 'gone'}, as it was asked for`),
  ]
}

const differs = (items: readonly string[]): OpsError =>
  new OpsError({
    code: 'takeover-differs',
    message: [
      'the operator runs something else than what ran, and the plan did not say so',
      ...items.slice(0, 20).map((item) => `  ${item}`),
    ].join('\n'),
    hints: ['git has not changed: take it back, write the setting as a patch in git, and begin again:  flux-ops runs abandon'],
  })

export const takeover: Write = {
  kind: 'write',
  id: 'takeover',
  title: 'let the operator take over, and prove it',
  why: 'no object may have two owners: they would undo each other, and the old one would prune what the new one keeps',
  preview: ({ plan, runId }) => [
    `wait until FluxInstance ${plan.instance.id} has applied Flux ${plan.version} and is ready`,
    'read every object that it lists: labels and managedFields name the operator alone',
    ...(plan.ownerLeaves ? [] : [requestLine(`Kustomization ${plan.owner}`, `${runId}/takeover`), 'wait until it lists none of them']),
    'annotate what the operator does not make kustomize.toolkit.fluxcd.io/prune=disabled',
  ],
  isDone: async (ctx, view) => {
    const goal = takeoverOf(view)
    if ((await openOf(ctx, goal)).length > 0 || (await wouldBePruned(ctx, goal)).length > 0) return false
    return (await unforeseen(ctx, view)).length === 0
  },
  run: async (ctx, view) => {
    const goal = takeoverOf(view)
    const taken = await waitForTakeover(ctx, goal)
    const others = await unforeseen(ctx, view)
    if (others.length > 0) throw differs(others)
    return { ...taken, kept: await keepTheRest(ctx, goal) }
  },
  undo: (ctx, view) => forgetTheRest(ctx, takeoverOf(view)),
}
