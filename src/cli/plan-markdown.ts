// The plan as Markdown, in a file or on stdout: for the comment of a pull request.
import { resolve } from 'node:path'
import { localFiles } from '../adapters/files.ts'
import { createRedactor } from '../adapters/redactor.ts'
import type { Review } from '../engine/model.ts'
import { messageOf, OpsError, usageError } from '../errors.ts'
import { reviewMarkdown } from '../ui/review-markdown.ts'
import type { Driven } from './run-runbook.ts'

const OURS = '<!-- flux-ops '

/** Only what flux-ops wrote itself is written over. Throws OpsError (usage) before minutes are spent on checks. */
export async function assertMarkdownFree(to: string): Promise<void> {
  if (to === '-') return
  const path = resolve(to)
  const folder = resolve(path, '..')
  if (!(await localFiles.exists(folder))) throw usageError('file-missing', `${folder} does not exist`, `mkdir -p ${folder}`)
  if (!(await localFiles.exists(path)) || (await localFiles.readText(path)).startsWith(OURS)) return
  throw usageError('file-exists', `${path} exists already and is no comment of flux-ops`, 'name another file, or remove it first')
}

export interface Told {
  readonly runbook: string
  /** undefined: nobody asked for it. */
  readonly to: string | undefined
  readonly ci: boolean
  readonly driven?: Driven
  readonly review?: Review | undefined
  /** What ended it before there was anything to tell. */
  readonly error?: unknown
}

export async function writeMarkdown({ runbook, to, ci, driven, review, error }: Told): Promise<void> {
  if (to === undefined) return
  const clean = driven?.clean ?? createRedactor().clean
  const failed =
    error === undefined ? driven?.report.error : { message: messageOf(error), hints: error instanceof OpsError ? error.hints : [] }
  const state = driven?.result.state
  const text = clean(
    reviewMarkdown({ runbook, run: state?.run, checks: state?.checks ?? [], review, error: failed, waiting: ci, nothing: driven?.nothing }),
  )
  if (to === '-') process.stdout.write(text)
  else await localFiles.writeText(resolve(to), text, { mode: 0o644 })
}
