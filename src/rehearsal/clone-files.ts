// What is different in the repository of a rehearsal: it follows the sandbox's git server, and files that SOPS has sealed hold made-up values. Pure.
import { parseAllDocuments, visit } from 'yaml'
import type { RepoFile } from '../flux/files.ts'
import { sameRepository } from '../flux/git-urls.ts'
import { madeUpText } from './secret-shapes.ts'

export interface CloneEdit {
  readonly path: string
  readonly text: string
  readonly what: 'url' | 'sealed'
}

export interface CloneEdits {
  readonly edits: readonly CloneEdit[]
  /** Sealed in a way that leaves nothing to stand in for: what uses them cannot be rehearsed. */
  readonly closed: readonly string[]
}

const URL_LINE = /^(\s*(?:-\s+)?url:\s+)(["']?)([^\s"'#]+)\2(\s*(?:#.*)?)$/

/** Every `url:` that names `from`, in whatever way, names `to`. */
export function withUrl(text: string, from: string, to: string): string {
  return text
    .split('\n')
    .map((line) => {
      const found = URL_LINE.exec(line)
      const [, before = '', quote = '', url = '', after = ''] = found ?? []
      return found !== null && sameRepository(url, from) ? `${before}${quote}${to}${quote}${after}` : line
    })
    .join('\n')
}

const SEALED = /^ENC\[AES256_GCM,.*,type:(\w+)\]$/s
const OF_TYPE: Readonly<Record<string, unknown>> = { int: 1, float: 1.5, bool: false }

/** Whether SOPS has written its metadata into this text. */
export const isSealed = (text: string): boolean => /^sops:\s*$/m.test(text) && /^ {2,}mac: /m.test(text) && text.includes('ENC[AES256_GCM,')

/** The same documents with made-up values and without SOPS' metadata; undefined where it cannot be told what they are. */
export function unsealed(text: string, files: ReadonlySet<string> = new Set()): string | undefined {
  const documents = parseAllDocuments(text)
  if (documents.some((document) => document.errors.length > 0)) return undefined
  for (const document of documents) {
    // Sealed as a whole: not even the kind is known.
    if (SEALED.test(String(document.get('kind') ?? ''))) return undefined
    document.delete('sops')
    visit(document, {
      Scalar: (key, node, path) => {
        const type = typeof node.value === 'string' ? SEALED.exec(node.value)?.[1] : undefined
        if (type === undefined || key === 'key') return
        const owner = path.at(-1)
        const value = OF_TYPE[type] ?? madeUpText(owner !== undefined && 'key' in owner ? String(owner.key) : '', files)
        const encoded = path.some((each) => 'key' in each && String(each.key) === 'data') && document.get('kind') === 'Secret'
        node.value = encoded ? btoa(String(value)) : value
        delete node.type
      },
    })
  }
  return documents.map(String).join('')
}

export interface Renaming {
  /** The repository's own address. */
  readonly from: string
  readonly to: string
  /** See valueFiles. */
  readonly files: ReadonlySet<string>
}

export function cloneEdits(files: readonly RepoFile[], { from, to, files: maps }: Renaming): CloneEdits {
  const edits: CloneEdit[] = []
  const closed: string[] = []
  for (const { path, text } of files) {
    if (isSealed(text)) {
      const open = unsealed(text, maps)
      if (open === undefined) closed.push(path)
      else edits.push({ path, text: open, what: 'sealed' })
    } else if (text.includes('url:')) {
      const changed = withUrl(text, from, to)
      if (changed !== text) edits.push({ path, text: changed, what: 'url' })
    }
  }
  return { edits, closed }
}
