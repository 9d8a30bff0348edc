// What a forge answers is untrusted: only what has the shape that was asked for gets in, and anything else is no answer at all.
import * as z from 'zod'
import { OpsError } from '../errors.ts'
import type { PullRequest } from '../ports/forge.ts'

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** A commit goes into arguments of git: what is none counts as not told. */
export const commitField = z.string().regex(COMMIT).nullish().catch(null)
export const numberField = z.int().positive()
export const urlField = z.url({ protocol: /^https?$/ }).max(2000)
export const flagField = z.boolean().optional().catch(undefined)

/** Throws OpsError `forge-failed`. `who`: the tool, or the address that was asked. */
export function shaped<T>(schema: z.ZodType<T>, value: unknown, who: string): T {
  const { data, success, error } = schema.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  throw new OpsError({
    code: 'forge-failed',
    message: `${who} gave another answer than was asked for: ${issue?.path.join('.') || 'all of it'}: ${issue?.message}`,
    hints: ['is it the right kind of forge?  --forge gitea|github|gitlab', 'then:  flux-ops runs resume'],
  })
}

/** `commit` counts only of a merge. */
export const pullRequest = (number: number, url: string, state: PullRequest['state'], commit: string | null | undefined): PullRequest => ({
  number,
  url,
  state,
  ...(state === 'merged' && commit ? { commit } : {}),
})
