// Which files of the repository the cluster applies: the folders of its Kustomizations and whatever their kustomization files pull in.
// Other clusters may live in the same repository, at other versions of Flux: their files are none of this run's business.
import type { RepoFile } from '../flux/files.ts'
import { entryLines, resolvePath } from '../flux/kustomization-paths.ts'

const KUSTOMIZATION = /(^|\/)(kustomization\.ya?ml|Kustomization)$/
// A list entry, or the value of path/file keys, that names something in the file system.
const ENTRY =
  /^\s*(?:-\s+)?(?:(?:path|base|resource):\s*)?["']?((?:\.{1,2}\/)?[\w@.+~-][\w@.+~/ -]*?|\.{1,2}(?:\/\.{1,2})*)["']?\s*(?:#.*)?$/

const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '')

/** Whether a path is one of `roots` or lies below one: asked of every file of a repository, of which many may be roots. */
export function below(roots: Iterable<string>): (path: string) => boolean {
  const known = new Set(roots)
  return (path) => known.has('') || known.has(path) || ancestors(path).some((folder) => known.has(folder))
}

/** Outermost folders and files, sorted: none lies below another. */
export function outermost(paths: Iterable<string>): string[] {
  const all = new Set(paths)
  const inner = (path: string): boolean => (path !== '' && all.has('')) || ancestors(path).some((folder) => all.has(folder))
  return [...all].filter((path) => !inner(path)).sort()
}

/** Pure: `folders` and everything that kustomization files below them refer to, as outermost paths. */
export function syncedTree(files: readonly RepoFile[], folders: readonly string[]): string[] {
  const kustomizations = files.filter((file) => KUSTOMIZATION.test(file.path))
  const known = new Set(files.flatMap((file) => [file.path, ...ancestors(file.path)]))
  const tree = new Set(folders)
  for (let before = -1; before !== tree.size; ) {
    before = tree.size
    const isIn = below(tree)
    for (const file of kustomizations) {
      if (!isIn(file.path)) continue
      for (const path of referencesOf(file)) if (known.has(path)) tree.add(path)
    }
  }
  return outermost(tree)
}

const ancestors = (path: string): string[] => {
  const folder = folderOf(path)
  return folder === '' ? [] : [folder, ...ancestors(folder)]
}

function referencesOf(file: RepoFile): string[] {
  const folder = folderOf(file.path)
  const found: string[] = []
  for (const line of entryLines(file.text)) {
    const entry = ENTRY.exec(line)?.[1]
    const path = entry === undefined ? undefined : resolvePath(folder, entry)
    if (path !== undefined && path !== '') found.push(path)
  }
  return found
}

export const belowAny = (path: string, roots: readonly string[]): boolean => below(roots)(path)
