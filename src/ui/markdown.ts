// Markdown for a forge's comment. What a cluster or a repository said is put where a forge looks for nothing: in a code span, or in a
// fence longer than any in it. Escaping alone would not do: forges find mentions, references and addresses in plain text as well.
import { sanitise } from './sanitise.ts'

const LONGEST_SPAN = 500
const LONGEST_LINE = 300
const MOST_LINES = 40

/** Letters, digits and the punctuation that no forge makes anything of. */
const PLAIN = /^[\p{L}\p{N} ,;:()→'.…–—=+-]*$/u
/** What it makes something of all the same: addresses, `GH-1`, commits, `:emoji:`; and what begins a block at the start of a list item. */
const SPECIAL = /www\.|\bGH-\d|\b[0-9a-f]{7,}\b|:[\w+-]+:|^\s*(?:[-+=]|\d+[.)](?:\s|$))|^ {2,}/i

const longestRun = (text: string): number => Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))

/** Drawn letter by letter, whatever is in it. */
export function codeSpan(text: string): string {
  const clean = sanitise(text.trim(), LONGEST_SPAN)
  if (clean.trim() === '') return '(empty)'
  const fence = '`'.repeat(longestRun(clean) + 1)
  const pad = clean.startsWith('`') || clean.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${clean}${pad}${fence}`
}

/** A sentence as it is where that is safe, else as a code span. */
export const prose = (text: string): string => (PLAIN.test(text) && !SPECIAL.test(text) ? text.trim() : codeSpan(text))

const counted = (count: number): string => `… and ${count} more`

/** Lines as they are. Each is indented: GitLab would take one that begins with / for a command, in spite of a fence. */
export function fenced(lines: readonly string[], most = MOST_LINES): string {
  const shown = lines.slice(0, most).map((line) => `  ${sanitise(line, LONGEST_LINE)}`.trimEnd())
  if (lines.length > most) shown.push(`  ${counted(lines.length - most)}`)
  const fence = '`'.repeat(Math.max(3, ...shown.map((line) => longestRun(line) + 1)))
  return [`${fence}text`, ...shown, fence].join('\n')
}

export const listed = (sentences: readonly string[], most = MOST_LINES): string => {
  const shown = sentences.slice(0, most).map((sentence) => `- ${prose(sentence)}`)
  return [...shown, ...(sentences.length > most ? [`- ${counted(sentences.length - most)}`] : [])].join('\n')
}

/** Only for a program that looks for its own comment again; letters, digits and single dashes. */
export const marker = (...words: readonly string[]): string =>
  `<!-- ${words.map((word) => word.replace(/[^0-9A-Za-z]+/g, '-').replace(/^-|-$/g, '')).join(' ')} -->`

/** Blocks with an empty line between them, the last ones left out where a forge would refuse the length. GitHub takes 65,536 characters. */
export function joined(blocks: readonly string[], longest = 60_000): string {
  const kept: string[] = []
  let length = 0
  for (const block of blocks) {
    length += block.length + 2
    if (length > longest) break
    kept.push(block)
  }
  const missing = blocks.length - kept.length
  const rest = missing === 0 ? [] : [`${missing} more parts would make this comment too long; all of it is in the output of the job.`]
  return `${[...kept, ...rest].join('\n\n')}\n`
}
