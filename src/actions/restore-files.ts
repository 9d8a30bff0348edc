// Files of the clone are put back to what HEAD has. Somebody may have gone on in them since this run wrote them: what they hold is kept first.
import type { Context } from '../ports/context.ts'

const KEPT = 'taken-back'

export const restoreLines = (files: readonly string[]): string[] =>
  files.length === 0 ? [] : [`git restore -- ${files.join(' ')}, which are kept as they are now in <run>/${KEPT}`]

export async function restoreFiles(ctx: Context, root: string, files: readonly string[]): Promise<void> {
  for (const file of files) await keep(ctx, root, file)
  await ctx.git.restore(root, files)
}

async function keep(ctx: Context, root: string, file: string): Promise<void> {
  if (!(await ctx.files.exists(`${root}/${file}`))) return
  const text = await ctx.files.readText(await ctx.files.inside(root, `${root}/${file}`))
  if (text === (await ctx.git.show(root, 'HEAD', file))) return
  const kept = `${ctx.runDir}/${KEPT}/${file}`
  await ctx.files.makeDir(kept.slice(0, kept.lastIndexOf('/')))
  await ctx.files.writeText(kept, text)
}
