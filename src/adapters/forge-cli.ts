// What gh and glab have in common: JSON out of stdout, and their failures as ours.
import type { z } from 'zod'
import { OpsError } from '../errors.ts'
import type { ExecResult } from '../ports/exec.ts'
import { shaped } from './forge-answers.ts'

export type ToolAnswer = ExecResult

export const jsonOf = <T>(schema: z.ZodType<T>, text: string, tool: string): T => shaped(schema, parsed(text, tool), tool)

function parsed(text: string, tool: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new OpsError({
      code: 'forge-failed',
      message: `${tool} gave no JSON: ${text.slice(0, 200)}`,
      hints: [`${tool} --version`],
      cause,
    })
  }
}

export interface Failed {
  readonly what: string
  readonly where: string
  readonly tool: 'gh' | 'glab'
  /** The command that logs in. */
  readonly login: string
}

const AUTH =
  /auth login|not logged in|authentication|HTTP 40[13]|\b40[13] (Unauthorized|Forbidden)|Bad credentials|insufficient_scope|must have push access/i
const MISSING = /Could not resolve to a Repository|HTTP 404|404 (Not Found|Project Not Found)|no pull requests found/i
const AWAY = /error connecting|dial tcp|no such host|connection refused|i\/o timeout|TLS handshake/i

export function toolFailure({ stdout, stderr, exitCode }: ToolAnswer, { what, where, tool, login }: Failed): OpsError {
  const text = stderr.trim() || stdout.trim()
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const message = `${what} on ${where}: ${lines.slice(0, 6).join('\n  ') || `${tool} ended with ${exitCode}`}`
  const fail = (code: string, ...hints: string[]) => new OpsError({ code, message, hints })
  if (/already exists/i.test(text)) return fail('forge-exists', `look: https://${where}`)
  if (AUTH.test(text)) return fail('forge-auth', login, 'or  export FLUX_OPS_FORGE_TOKEN=…')
  if (MISSING.test(text)) return fail('forge-missing', 'it does not exist, or you may not see it', login)
  if (AWAY.test(text)) return fail('forge-unreachable', `look: https://${where}`)
  return fail('forge-failed', `look: https://${where}`)
}
