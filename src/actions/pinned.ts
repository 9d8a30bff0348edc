// Whether the repository says one version of Flux, wherever in their files the pins are by now.
import { OpsError } from '../errors.ts'
import { findAllPins } from '../flux/instance-pins.ts'
import type { ReadContext } from '../ports/context.ts'
import type { Repository } from './installation.ts'
import { readTexts } from './repository-survey.ts'

/** What does not say `version` in `paths`, one line each; none when all is as it should be. */
export async function notPinnedTo(ctx: ReadContext, repo: Repository, paths: readonly string[], version: string): Promise<string[]> {
  const { files, unreadable } = await readTexts(ctx, repo.root, [...new Set(paths)])
  const pins = findAllPins(files)
  return [
    ...unreadable.map((each) => `${each.path}: ${each.why}`),
    ...pins
      .filter((pin) => pin.kind !== 'needs-person' && pin.version !== version)
      .map((pin) => `${pin.file}:${pin.line}  pinned to ${pin.text}`),
    ...files.filter((file) => !pins.some((pin) => pin.file === file.path)).map((file) => `${file.path}  has no version pin any more`),
  ]
}

interface Pinned {
  readonly repo: Repository
  readonly pins: readonly { readonly file: string }[]
  readonly to: string
}

const filesOf = ({ pins }: Pick<Pinned, 'pins'>): string[] => [...new Set(pins.map((pin) => pin.file))]

/** Throws OpsError `merge-differs`: somebody changed the pull request, or the branch moved on. */
export async function assertMergedPins(ctx: ReadContext, plan: Pinned, ...otherwise: string[]): Promise<void> {
  const wrong = await notPinnedTo(ctx, plan.repo, filesOf(plan), plan.to)
  if (wrong.length === 0) return
  throw new OpsError({
    code: 'merge-differs',
    message: [
      `${plan.repo.remote}/${plan.repo.branch} does not say Flux ${plan.to} after the merge`,
      ...wrong.map((each) => `  ${each}`),
    ].join('\n'),
    hints: ['set it right in git, merge that, then:  flux-ops runs resume', ...otherwise],
  })
}

/** Throws OpsError `revert-differs`: what was reverted is not, or not all of, what brought `from`. */
export async function assertReverted(ctx: ReadContext, plan: Pinned & { readonly from: string }): Promise<void> {
  const { files, unreadable } = await readTexts(ctx, plan.repo.root, filesOf(plan))
  const left = findAllPins(files).filter((pin) => pin.version === plan.from)
  const exist = await Promise.all(unreadable.map((each) => ctx.files.exists(`${plan.repo.root}/${each.path}`)))
  const lines = [
    ...left.map((pin) => `  ${pin.file}:${pin.line}  pinned to ${pin.text}`),
    // What is there and cannot be read is not known to be reverted.
    ...unreadable.filter((_, index) => exist[index]).map((each) => `  ${each.path}: ${each.why}`),
  ]
  if (lines.length === 0) return
  throw new OpsError({
    code: 'revert-differs',
    message: [`not pushed: with the revert ${plan.repo.branch} is not known to be off Flux ${plan.from}`, ...lines].join('\n'),
    hints: [`what was reverted:  git -C ${plan.repo.root} show`, 'take this run back:  flux-ops runs abandon'],
  })
}
