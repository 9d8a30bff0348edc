// Where in the repository something is written that was seen in the cluster: lines to look at, not a proof.
import { escaped } from './escaped.ts'
import type { RepoFile } from './files.ts'

/** `path:line` of the lines with `word` in them as a word of its own, comments apart; at most `limit`. */
export function writtenAt(files: readonly RepoFile[], word: string, limit = 3): string[] {
  const pattern = new RegExp(`(?<![\\w-])${escaped(word)}(?![\\w-])`)
  const found: string[] = []
  for (const file of files) {
    if (found.length >= limit) break
    if (!file.text.includes(word)) continue
    file.text.split('\n').forEach((line, index) => {
      if (found.length < limit && pattern.test(line) && !/^\s*#/.test(line)) found.push(`${file.path}:${index + 1}`)
    })
  }
  return found
}
