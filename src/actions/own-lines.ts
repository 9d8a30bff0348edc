// Whether files of the clone differ from HEAD in nothing but what a run was to write: between two of its steps a person may go on in the same files,
// and what they write there is theirs to commit.
import { escaped } from '../flux/escaped.ts'
import type { ReadContext } from '../ports/context.ts'

/** A word that the run writes in the place of another. */
export interface Replacement {
  readonly file: string
  readonly from: string
  readonly to: string
}

/** Lines (1-based) of `now` that `head` does not become by any of the replacements, wherever in a line they are. Pure. */
export function foreignLines(head: string, now: string, replacements: readonly Pick<Replacement, 'from' | 'to'>[]): number[] {
  const [before, after] = [head.split('\n'), now.split('\n')]
  const becomes = (line: string): RegExp => {
    const froms = [...new Set(replacements.map((each) => each.from))].sort((one, other) => other.length - one.length)
    const parts = froms.length === 0 ? [line] : line.split(new RegExp(`(${froms.map(escaped).join('|')})`))
    const word = (part: string): string =>
      [part, ...replacements.filter((each) => each.from === part).map((each) => each.to)].map(escaped).join('|')
    return new RegExp(`^${parts.map((part) => `(?:${word(part)})`).join('')}$`)
  }
  return after.flatMap((line, index) => {
    const was = before[index]
    return was === line || (was !== undefined && becomes(was).test(line)) ? [] : [index + 1]
  })
}

/** `file:line` of the first line of each file that somebody else has changed. A file that HEAD does not have, or that is gone, is named alone. */
export async function changedByOthers(ctx: ReadContext, root: string, replacements: readonly Replacement[]): Promise<string[]> {
  const found: string[] = []
  for (const file of new Set(replacements.map((each) => each.file))) {
    const head = await ctx.git.show(root, 'HEAD', file)
    const there = await ctx.files.exists(`${root}/${file}`)
    if (head === undefined || !there) {
      found.push(file)
      continue
    }
    const now = await ctx.files.readText(await ctx.files.inside(root, `${root}/${file}`))
    const own = replacements.filter((each) => each.file === file)
    const [line] = [...foreignLines(head, now, own), ...(now.split('\n').length < head.split('\n').length ? [now.split('\n').length] : [])]
    if (line !== undefined) found.push(`${file}:${line}`)
  }
  return found
}
