// Layer by layer: let go, then Ready, then the next. Or all of them once, and suspended again whatever comes of it.
import { counted } from '../../src/actions/checks/answers.ts'
import { sideBySide } from '../../src/actions/side-by-side.ts'
import { proveReady } from '../../src/actions/suspension/prove.ts'
import { readTarget } from '../../src/actions/suspension/target.ts'
import { assertNoneLeft, changeAll } from '../../src/actions/suspension/write.ts'
import type { ReadStep, Step, WriteStep } from '../../src/engine/model.ts'
import { againLines, letGoLines, lettingGo, type ResumeView, suspendAgain, targetsOf } from './changes.ts'
import { once } from './once.ts'
import type { ResumePlan } from './plan-schema.ts'

const AT_ONCE = 10

type Layer = ResumePlan['layers'][number]

const sinceOf = ({ facts }: ResumeView): string | undefined => {
  const first = Object.entries(facts).find(([id, { since }]) => id.startsWith('resume-') && typeof since === 'string')
  return first?.[1].since as string | undefined
}

const letGo = ({ resume }: Layer, number: number): WriteStep<ResumePlan> => ({
  kind: 'write',
  id: `resume-${number}`,
  title: `resumes ${counted(resume.length, 'object')} of layer ${number}`,
  why: 'What they depend on is Ready.',
  preview: ({ plan }) => letGoLines(targetsOf(plan, resume)),
  isDone: async (ctx, { plan, runId }) => {
    const change = lettingGo(runId, runId)
    const targets = targetsOf(plan, resume)
    const decisions = await sideBySide(targets, AT_ONCE, async (target) => change.decide(target, await readTarget(ctx.kube, target)))
    return decisions.every(({ act }) => act === 'done' || act === 'gone')
  },
  run: async (ctx, { plan, runId }) => {
    const since = ctx.clock.now().toISOString()
    const changed = await changeAll(ctx, targetsOf(plan, resume), lettingGo(runId, runId))
    assertNoneLeft(changed, 'resumed', 'look at them; what is still to be resumed:  a new run')
    return { since, resumed: [...changed.written], gone: [...changed.gone] }
  },
  undo: async (ctx, view) => void (await suspendAgain(ctx, view, resume)),
  undoPreview: ({ plan }) => againLines(targetsOf(plan, resume)),
})

const prove = ({ prove: labels }: Layer, number: number): ReadStep<ResumePlan> => ({
  kind: 'read',
  id: `prove-${number}`,
  title: `waits until ${counted(labels.length, 'object')} of layer ${number} ${labels.length === 1 ? 'is' : 'are'} Ready`,
  why: 'What comes behind would fail, or wait, if it were let go before.',
  run: async (ctx, view) => {
    const { plan, runId } = view
    const ready = await proveReady(ctx, targetsOf(plan, labels), {
      token: runId,
      since: sinceOf(view),
      timeoutMs: plan.timeoutMs,
      hints: [],
    })
    return { summary: `${counted(ready, 'object')} Ready`, ready }
  },
})

export function resumeSteps(plan: ResumePlan): readonly Step<ResumePlan>[] {
  if (plan.once) return [once]
  return plan.layers.flatMap((layer, at): Step<ResumePlan>[] => [
    ...(layer.resume.length === 0 ? [] : [letGo(layer, at + 1)]),
    ...(layer.prove.length === 0 ? [] : [prove(layer, at + 1)]),
  ])
}
