import { findCommit } from '../../../src/actions/commit-and-push.ts'
import { generateComponents, headerVersion, installCommand } from '../../../src/actions/gotk.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { applyPin, type Pin } from '../../../src/flux/pins.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import { trailerOf } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'

type PlannedPin = UpgradePlan['pins'][number]

/** A version the way the pin writes it: with `v` where there is one. */
export const writtenAs = (pin: Pick<PlannedPin, 'text'>, to: string): string => `${pin.text.startsWith('v') ? 'v' : ''}${to}`

/** Pure: whether the text has the target at the pin's place. */
export const pinnedTo = (text: string, pin: PlannedPin, to: string): boolean => {
  if (pin.kind === 'gotk-components') return headerVersion(text) === to
  const rest = (text.split('\n')[pin.line - 1] ?? '').slice(pin.column - 1)
  const wanted = writtenAs(pin, to)
  return rest.startsWith(wanted) && !/^[\w.+-]/.test(rest.slice(wanted.length))
}

/** Pins of one file from its end to its start, so that an edit moves none of those still to come. */
export const backwards = (pins: readonly PlannedPin[]): PlannedPin[] =>
  [...pins].sort((one, other) => other.line - one.line || other.column - one.column)

const filesOf = (plan: UpgradePlan): string[] => [...new Set(plan.pins.map((pin) => pin.file))].sort()

const readFile = async (ctx: ReadContext, plan: UpgradePlan, file: string): Promise<{ path: string; text: string }> => {
  const path = await ctx.files.inside(plan.repo.root, `${plan.repo.root}/${file}`)
  return { path, text: await ctx.files.readText(path) }
}

async function editFile(ctx: Context, plan: UpgradePlan, file: string): Promise<void> {
  const { path, text } = await readFile(ctx, plan, file)
  let edited = text
  for (const pin of backwards(plan.pins.filter((each) => each.file === file))) {
    if (pinnedTo(edited, pin, plan.to)) continue
    if (pin.kind === 'gotk-components') edited = await generateComponents(ctx, plan.to, plan.gotkFlags ?? [])
    else edited = applyPin(edited, pin satisfies Pin, plan.to)
  }
  if (edited !== text) await ctx.files.replaceText(path, edited)
}

export const pin: WriteStep<UpgradePlan> = {
  kind: 'write',
  id: 'pin',
  title: 'set the version pins',
  why: 'git says which version of Flux runs; nothing else in the files changes',
  preview: ({ plan }) =>
    plan.pins.map((each) =>
      each.kind === 'gotk-components'
        ? `flux ${installCommand(plan.to, plan.gotkFlags ?? []).args.join(' ')} > ${each.file}`
        : `${each.file}:${each.line}:${each.column}   ${each.text} → ${writtenAs(each, plan.to)}`,
    ),
  isDone: async (ctx, view) => {
    if (await findCommit(ctx, view.plan.repo, trailerOf(view))) return true
    for (const each of view.plan.pins) {
      const { text } = await readFile(ctx, view.plan, each.file)
      if (!pinnedTo(text, each, view.plan.to)) return false
    }
    return true
  },
  run: async (ctx, { plan }) => {
    for (const file of filesOf(plan)) await editFile(ctx, plan, file)
    return { files: filesOf(plan), diff: (await ctx.git.diff(plan.repo.root)).slice(0, 8_000) }
  },
  undo: async (ctx, view) => {
    if (await findCommit(ctx, view.plan.repo, trailerOf(view))) return
    await ctx.git.restore(view.plan.repo.root, filesOf(view.plan))
  },
}
