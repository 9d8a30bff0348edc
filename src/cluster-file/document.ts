// From the bytes of a file to one YAML document, or to what stops it from being read at all.
import { type Document, parseAllDocuments } from 'yaml'
import { CONFLICT, tooDeep } from '../sops/rules/config-source.ts'
import { plantedSecrets } from './planted-secrets.ts'
import type { Problem } from './problem.ts'

const MOST_BYTES = 1024 * 1024

/** What YAML's own words say of a place; they are not shown, as some repeat what stands there. */
const SYNTAX: Readonly<Record<string, readonly [string, string]>> = {
  TAB_AS_INDENT: ['a tab stands where YAML wants spaces', 'indent with two spaces'],
  BAD_INDENT: ['the indentation does not fit, or a bracket is not closed', 'fields of one mapping begin in the same column'],
  MISSING_CHAR: ['a quote, a bracket or a comma is missing', 'close what is open, or put the value in quotes'],
  BAD_SCALAR_START: ['a value cannot begin with this character', 'put the value in quotes'],
  BLOCK_AS_IMPLICIT_KEY: ['a second field begins in the same line', 'put it in a line of its own, or the value in quotes'],
  IMPOSSIBLE: ['this is not YAML', 'look at the line'],
  BAD_DQ_ESCAPE: ['a backslash stands before a letter that it does nothing to', "put the value in single quotes: '…'"],
  UNEXPECTED_TOKEN: ['this does not belong here', 'is the line before it whole?'],
  MULTILINE_IMPLICIT_KEY: ['the name of a field runs over more than one line', 'is a colon missing above?'],
  BAD_DIRECTIVE: ['directives (%) are not read', 'take the line out'],
}

const OTHER = ['this is not valid YAML', 'look at the line, and at the one before it'] as const

export type Decoded = { readonly text: string } | { readonly text: string; readonly problem: Problem }

const whole = (text: string, what: string, hint: string): Problem => ({ from: 0, to: text.length, what, hint })

/** Offset of the first byte that is not UTF-8. */
function firstBadByte(bytes: Uint8Array): number {
  const reads = (length: number): boolean => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true })
      return true
    } catch {
      return false
    }
  }
  let [good, bad] = [0, bytes.length]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (reads(middle)) good = middle
    else bad = middle
  }
  return good
}

/** Without a byte order mark. A text that is too long or no UTF-8 comes with the problem, cut where that is. */
export function decode(input: string | Uint8Array): Decoded {
  const size = typeof input === 'string' ? new TextEncoder().encode(input).length : input.length
  if (size > MOST_BYTES)
    return {
      text: '',
      problem: whole('', `is over ${MOST_BYTES} bytes long`, 'a cluster file has some dozens of lines: is it the right file?'),
    }
  if (typeof input === 'string') return { text: input.replace(/^\ufeff/, '') }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(input) }
  } catch {
    const text = new TextDecoder('utf-8').decode(input.subarray(0, firstBadByte(input)), { stream: true })
    const at = { from: text.length, to: text.length + 1 }
    return { text, problem: { ...at, what: 'is not UTF-8 from here on', hint: 'save it as UTF-8' } }
  }
}

/** What is seen without parsing, and forbids it. */
function unreadable(text: string): Problem | undefined {
  const at = (from: number, what: string, hint: string): Problem => ({ from, to: from + 1, what, hint })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.exec(text)
  if (control) return at(control.index, 'a control character stands here', 'take it out; is it the right file?')
  const conflict = CONFLICT.exec(text)
  if (conflict) return at(conflict.index, 'a merge conflict is not resolved here', 'keep one of the two versions')
  if (tooDeep(text)) return at(0, 'is nested too deep', 'a cluster file has at most five levels: is it the right file?')
  return undefined
}

const syntaxProblem = ({ code, pos }: { readonly code: string; readonly pos: readonly [number, number] }): Problem => {
  const [what, hint] = SYNTAX[code] ?? OTHER
  return { from: pos[0], to: pos[1], what, hint }
}

const isEmpty = (document: Document): boolean => document.contents === null && document.errors.length === 0

export interface Opened {
  readonly document?: Document
  readonly problems: readonly Problem[]
}

/** A document that has problems is not returned: what it says is not sure. */
export function openDocument(text: string): Opened {
  const secrets = plantedSecrets(text)
  const stop = unreadable(text)
  if (stop) return { problems: [...secrets, stop] }
  const documents = parseAllDocuments(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  }) as Document[]
  const [first, second] = documents.filter((document) => !isEmpty(document))
  if (first === undefined)
    return { problems: [...secrets, whole(text, 'is empty', 'begin with an example: examples/git-ssh.yaml of flux-ops')] }
  const syntax = first.errors.slice(0, 1).map(syntaxProblem)
  if (syntax.length > 0) return { problems: [...secrets, ...syntax] }
  const from = second?.range?.[0] ?? 0
  const more = second
    ? [{ from, to: from + 1, what: 'a second document begins here', hint: 'one file is one cluster: move it to a file of its own' }]
    : []
  return { document: first, problems: [...secrets, ...more] }
}
