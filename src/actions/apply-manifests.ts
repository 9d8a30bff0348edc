// Server-side apply with kubectl's own field manager: kustomize-controller takes that ownership over on its next apply, so no second owner stays.
import type { Context, ReadContext, Target } from '../ports/context.ts'
import type { Command } from '../ports/exec.ts'

// kustomize-controller owns image and args as well: without the flag the API server refuses the apply as a conflict.
const APPLY = ['apply', '--server-side', '--force-conflicts', '--filename']

export const contextArgs = (target: Pick<Target, 'context'>): string[] => ['--context', target.context]

export const applyLine = (context: string, file: string): string => ['kubectl', '--context', context, ...APPLY, file].join(' ')

export async function applyManifests(ctx: Context, path: string): Promise<{ objects: number }> {
  const command: Command = { tool: 'kubectl', args: [...contextArgs(ctx.target), ...APPLY, path], effect: 'write', timeoutMs: 300_000 }
  const result = await ctx.exec.run(command)
  return { objects: result.stdout.split('\n').filter((line) => line.trim() !== '').length }
}

/** Whether the cluster already is as the file says: the API server's own dry run finds no difference. false when the file is not there. */
export async function manifestsApplied(ctx: ReadContext, path: string): Promise<boolean> {
  if (!(await ctx.files.exists(path))) return false
  const args = [...contextArgs(ctx.target), 'diff', '--server-side', '--force-conflicts', '--filename', path]
  const result = await ctx.exec.run({ tool: 'kubectl', args, effect: 'read', allowFailure: true, timeoutMs: 300_000 })
  return result.exitCode === 0
}
