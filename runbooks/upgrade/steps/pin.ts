import { findCommit } from '../../../src/actions/commit-and-push.ts'
import { generateComponents, headerVersion, installCommand } from '../../../src/actions/gotk.ts'
import { restoreFiles, restoreLines } from '../../../src/actions/restore-files.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { findAllPins } from '../../../src/flux/instance-pins.ts'
import { applyPin, type Pin } from '../../../src/flux/pins.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import { trailerOf } from '../plan-facts.ts'
import type { PlannedPin, UpgradePlan } from '../plan-schema.ts'

/** A version the way the pin writes it: with `v` where there is one. */
const spelled = (pin: Pick<PlannedPin, 'text'>, version: string): string => `${pin.text.startsWith('v') ? 'v' : ''}${version}`

/** What a pin says in the end: the release, or the version of the chart that holds it. */
const wantedOf = (pin: Pick<PlannedPin, 'to'>, plan: Pick<UpgradePlan, 'to'>): string => pin.to ?? plan.to

export const writtenAs = (pin: Pick<PlannedPin, 'text' | 'to'>, to: string): string => spelled(pin, wantedOf(pin, { to }))

/** Pure: whether the text has the target at the pin's place. */
export const pinnedTo = (text: string, pin: PlannedPin, to: string): boolean => {
  if (pin.kind === 'gotk-components') return headerVersion(text) === to
  const rest = (text.split('\n')[pin.line - 1] ?? '').slice(pin.column - 1)
  const wanted = spelled(pin, to)
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

/** A pin that a program may edit. */
export const isEditable = (pin: Pin): pin is Pin & PlannedPin => pin.kind !== 'needs-person' && pin.version !== undefined

/** The pins of a file where they are now. In a chain others may have pushed since the plan was made: then they are looked for again. */
export function pinsNow(text: string, file: string, plan: Pick<UpgradePlan, 'pins' | 'from' | 'to' | 'leg'>): PlannedPin[] {
  const planned = plan.pins.filter((each) => each.file === file)
  const known = planned.every((each) => [plan.from, wantedOf(each, plan)].some((version) => pinnedTo(text, each, version)))
  if (plan.leg === undefined || known) return planned
  const found = findAllPins([{ path: file, text }])
    .filter(isEditable)
    .filter((each) => each.version === plan.from || each.version === plan.to)
  return found.length === planned.length ? found : planned
}

async function editFile(ctx: Context, plan: UpgradePlan, file: string): Promise<void> {
  const { path, text } = await readFile(ctx, plan, file)
  let edited = text
  for (const pin of backwards(pinsNow(text, file, plan))) {
    const to = wantedOf(pin, plan)
    if (pinnedTo(edited, pin, to)) continue
    if (pin.kind === 'gotk-components') edited = await generateComponents(ctx, plan.to, plan.gotkFlags ?? [])
    else edited = applyPin(edited, pin satisfies Pin, to)
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
    for (const file of filesOf(view.plan)) {
      const { text } = await readFile(ctx, view.plan, file)
      if (pinsNow(text, file, view.plan).some((each) => !pinnedTo(text, each, wantedOf(each, view.plan)))) return false
    }
    return true
  },
  run: async (ctx, { plan }) => {
    for (const file of filesOf(plan)) await editFile(ctx, plan, file)
    // It is journaled: of our own files alone, as others in the clone may hold what is not to be kept.
    const diff = await ctx.git.diff(plan.repo.root, undefined, filesOf(plan))
    return { files: filesOf(plan), diff: diff.slice(0, 8_000) }
  },
  undo: async (ctx, view) => {
    if (await findCommit(ctx, view.plan.repo, trailerOf(view))) return
    await restoreFiles(ctx, view.plan.repo.root, filesOf(view.plan))
  },
  undoPreview: ({ plan }) => restoreLines(filesOf(plan)),
}
