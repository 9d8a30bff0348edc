// What the sandbox asks of its forge: a repository, and whatever a test does there as a person would by its pages.
import { OpsError } from '../../../errors.ts'
import type { SandboxContext } from '../../contract.ts'
import { forgeToken, forgeUrl } from './service.ts'

/** Status and JSON of one call below /api/v1. */
export async function forgeCall(
  ctx: SandboxContext,
  user: string,
  method: string,
  path: string,
  json?: object,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${await forgeUrl(ctx)}/api/v1${path}`, {
    method,
    headers: { authorization: `token ${await forgeToken(ctx, user)}`, 'content-type': 'application/json' },
    ...(json && { body: JSON.stringify(json) }),
    signal: AbortSignal.timeout(60_000),
  })
  const text = await response.text()
  return { status: response.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text }
}

/** An empty repository of `user`, private; one that is there stays. */
export async function ensureForgeRepository(ctx: SandboxContext, user: string, name: string): Promise<void> {
  const { status, body } = await forgeCall(ctx, user, 'POST', '/user/repos', { name, private: true, default_branch: 'main' })
  if (status === 201 || status === 409) return
  throw new OpsError({
    code: 'sandbox-forge',
    message: `the forge made no repository: ${JSON.stringify(body)}`,
    hints: [`look at ${ctx.paths.logs}/forge.log`],
  })
}
