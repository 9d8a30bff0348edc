// API versions in the files of the clone, rewritten for one hop of a chain.
import { type ApiRewrite, type HopRewrites, type RewriteHop, rewritesForHop } from '../flux/api-rewrites.ts'
import type { Context, ReadContext } from '../ports/context.ts'
import { readTexts } from './repository-survey.ts'

/** What the hop would change in `files` (paths below `root`) as they are now. */
export async function readRewrites(ctx: ReadContext, root: string, files: readonly string[], hop: RewriteHop): Promise<HopRewrites> {
  return rewritesForHop((await readTexts(ctx, root, files)).files, hop)
}

/** Writes what readRewrites tells; safe to run again at any point. */
export async function rewriteFiles(ctx: Context, root: string, files: readonly string[], hop: RewriteHop): Promise<readonly ApiRewrite[]> {
  const { rewrites, files: after } = await readRewrites(ctx, root, files, hop)
  const changed = new Set(rewrites.map((each) => each.file))
  for (const { path, text } of after.filter((file) => changed.has(file.path))) {
    await ctx.files.replaceText(await ctx.files.inside(root, `${root}/${path}`), text)
  }
  return rewrites
}
