// Whether the repository says one version of Flux, or of the chart that holds it, wherever in their files the pins are by now.
import { OpsError } from '../errors.ts'
import { findChartPins } from '../flux/chart-pins.ts'
import type { RepoFile } from '../flux/files.ts'
import { findAllPins } from '../flux/instance-pins.ts'
import type { Pin } from '../flux/pins.ts'
import type { ReadContext } from '../ports/context.ts'
import type { Repository } from './installation.ts'
import { readTexts } from './repository-survey.ts'

export interface Wanted {
  readonly flux: string
  /** Of the chart, where Flux is kept by one: its pins say nothing of Flux itself. */
  readonly chart?: string | undefined
}

/** Where there is a chart, no other pin in its files says a version of Flux. */
const pinsIn = (files: readonly RepoFile[], { chart }: Wanted): Pin[] => (chart === undefined ? findAllPins(files) : findChartPins(files))

const says = (pin: Pin, { flux, chart }: Wanted): boolean => pin.version === (pin.kind === 'helm-chart' ? chart : flux)

const line = (pin: Pin): string => `${pin.file}:${pin.line}  ${pin.kind === 'helm-chart' ? 'the chart is pinned' : 'pinned'} to ${pin.text}`

/** Pins that a program may edit and that say another version than the one wanted, one line each. */
export const otherPins = (files: readonly RepoFile[], wanted: Wanted): string[] =>
  pinsIn(files, wanted)
    .filter((pin) => pin.kind !== 'needs-person' && !says(pin, wanted))
    .map(line)

/** What does not say the version wanted in `paths`, one line each; none when all is as it should be. */
export async function notPinnedTo(ctx: ReadContext, repo: Repository, paths: readonly string[], wanted: Wanted): Promise<string[]> {
  const { files, unreadable } = await readTexts(ctx, repo.root, [...new Set(paths)])
  const pins = pinsIn(files, wanted)
  const none = files.filter((file) => !pins.some((pin) => pin.file === file.path && pin.kind !== 'needs-person'))
  // A range in its place may mean this version today, and does not say it.
  const unclear = pins.filter((pin) => pin.kind === 'needs-person' && none.some((file) => file.path === pin.file))
  return [
    ...unreadable.map((each) => `${each.path}: ${each.why}`),
    ...otherPins(files, wanted),
    ...unclear.map((pin) => `${pin.file}:${pin.line}  ${pin.text} ${pin.why ?? ''}`.trimEnd()),
    ...none.filter((file) => !unclear.some((pin) => pin.file === file.path)).map((file) => `${file.path}  has no version pin any more`),
  ]
}

interface Pinned {
  readonly repo: Repository
  readonly pins: readonly { readonly file: string }[]
}

const filesOf = ({ pins }: Pinned): string[] => [...new Set(pins.map((pin) => pin.file))]

const named = ({ flux, chart }: Wanted): string => (chart === undefined ? `Flux ${flux}` : `chart ${chart} (Flux ${flux})`)

/** Throws OpsError `merge-differs`: somebody changed the pull request, or the branch moved on. */
export async function assertMergedPins(ctx: ReadContext, plan: Pinned, wanted: Wanted, ...otherwise: string[]): Promise<void> {
  const wrong = await notPinnedTo(ctx, plan.repo, filesOf(plan), wanted)
  if (wrong.length === 0) return
  throw new OpsError({
    code: 'merge-differs',
    message: [
      `${plan.repo.remote}/${plan.repo.branch} does not say ${named(wanted)} after the merge`,
      ...wrong.map((each) => `  ${each}`),
    ].join('\n'),
    hints: ['set it right in git, merge that, then:  flux-ops runs resume', ...otherwise],
  })
}

/** Throws OpsError `revert-differs`: what was reverted is not, or not all of, what brought the version `off`. */
export async function assertReverted(ctx: ReadContext, plan: Pinned, off: Wanted): Promise<void> {
  const { files, unreadable } = await readTexts(ctx, plan.repo.root, filesOf(plan))
  const left = pinsIn(files, off).filter((pin) => says(pin, off))
  const exist = await Promise.all(unreadable.map((each) => ctx.files.exists(`${plan.repo.root}/${each.path}`)))
  const lines = [
    ...left.map((pin) => `  ${line(pin)}`),
    // What is there and cannot be read is not known to be reverted.
    ...unreadable.filter((_, index) => exist[index]).map((each) => `  ${each.path}: ${each.why}`),
  ]
  if (lines.length === 0) return
  throw new OpsError({
    code: 'revert-differs',
    message: [`not pushed: with the revert ${plan.repo.branch} is not known to be off ${named(off)}`, ...lines].join('\n'),
    hints: [`what was reverted:  git -C ${plan.repo.root} show`, 'take this run back:  flux-ops runs abandon'],
  })
}
