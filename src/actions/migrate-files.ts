// `flux migrate -f`: the flux CLI rewrites removed API versions in manifests. Its own dry run says what it would change.
import type { ReadContext } from '../ports/context.ts'
import type { Command } from '../ports/exec.ts'

/** One line that the CLI changes; JSON. `line` is 1-based and holds the apiVersion. */
export type FileChange = { readonly file: string; readonly line: number; readonly kind: string; readonly from: string; readonly to: string }

const CHANGE = /^\S+\s+(.+):(\d+): (\S+) (\S+) -> (\S+)$/

/**
 * Without `--version`: the CLI then migrates to the newest versions it knows, which are those of its own release; a CLI of 2.9 refuses
 * `--version=2.9` as not supported. That it is of the target's minor is checked before.
 */
export const migrateCommand = (root: string, path: string, dryRun: boolean): Command => ({
  tool: 'flux',
  args: ['migrate', '-f', path === '' ? '.' : path, dryRun ? '--dry-run' : '--yes'],
  effect: dryRun ? 'read' : 'write',
  cwd: root,
  timeoutMs: 300_000,
})

/** Pure: the changes in what the CLI prints. */
export function parseChanges(output: string): FileChange[] {
  const changes: FileChange[] = []
  for (const line of output.split('\n')) {
    const [, file, number, kind, from, to] = CHANGE.exec(line.trimEnd()) ?? []
    if (file && number && kind && from && to) changes.push({ file, line: Number(number), kind, from, to })
  }
  return changes
}

/** What the CLI would change below `paths` of the work tree as it is now. */
export async function readChanges(ctx: ReadContext, root: string, paths: readonly string[]): Promise<FileChange[]> {
  const changes: FileChange[] = []
  for (const path of paths) {
    const command = migrateCommand(root, path, true)
    const result = await ctx.exec.run({ ...command, effect: 'read' })
    changes.push(...parseChanges(`${result.stdout}\n${result.stderr}`))
  }
  return changes
}
