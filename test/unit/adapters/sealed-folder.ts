// Files as sops leaves them, each with the text that takes its place: many, with all line ends and a byte order mark among them.
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SealedChange } from '../../../src/actions/keys/swap-files.ts'

const STYLES: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => text.trimEnd(),
  (text) => `\ufeff${text}`,
]

export interface Folder {
  readonly path: string
  readonly files: number
  /** About the size of each. */
  readonly bytes: number
  /** By how much each grows, as it does with one recipient more. */
  readonly growth?: number
}

const textOf = (index: number, which: 'old' | 'new', { bytes, growth = 0 }: Folder): string => {
  const style = STYLES[index % STYLES.length] as (text: string) => string
  const size = which === 'old' ? bytes : bytes + growth
  return style(`kind: Secret\nstringData:\n  é: ENC[AES256_GCM,data:${which}-${index}${'='.repeat(size)}]\n`)
}

const names = ({ files }: Folder): string[] => Array.from({ length: files }, (_, index) => `secret-${index}.sops.yaml`)

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')

export const changesOf = (folder: Folder): SealedChange[] =>
  names(folder).map((path, index) => ({
    path,
    was: sha256(textOf(index, 'old', folder)),
    text: textOf(index, 'new', folder),
  }))

export async function fillFolder(folder: Folder): Promise<void> {
  for (const [index, name] of names(folder).entries()) await writeFile(join(folder.path, name), textOf(index, 'old', folder))
}

export interface Found {
  readonly old: number
  readonly new: number
  /** Files that hold anything else, and files that should not be there but for temporary ones. */
  readonly odd: readonly string[]
  readonly temporary: number
}

export async function lookInto(folder: Folder): Promise<Found> {
  const all = await readdir(folder.path)
  const known = names(folder)
  const states = await Promise.all(
    known.map(async (name, index) => {
      const bytes = await readFile(join(folder.path, name))
      const is = (which: 'old' | 'new'): boolean => bytes.equals(Buffer.from(textOf(index, which, folder)))
      return is('old') ? 'old' : is('new') ? 'new' : name
    }),
  )
  const temporary = all.filter((name) => name.endsWith('.tmp'))
  const strange = all.filter((name) => !known.includes(name) && !temporary.includes(name))
  return {
    old: states.filter((state) => state === 'old').length,
    new: states.filter((state) => state === 'new').length,
    odd: [...states.filter((state) => state !== 'old' && state !== 'new'), ...strange],
    temporary: temporary.length,
  }
}
