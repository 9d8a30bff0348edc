// Whether the repository says one version of Flux, wherever in their files the pins are by now.
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
