// Which files of a repository a Flux Kustomization applies: those that the kustomization of its folder names, and what these name in turn. A folder
// without one is applied with all that is in it. Source: github.com/fluxcd/pkg/kustomize kustomize_generator.go.
import type { RepoFile } from './files.ts'
import { entryLines, resolvePath } from './kustomization-paths.ts'
import { folderOf } from './synced-paths.ts'

/** In the order in which kustomize looks for them. */
const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

export const isKustomizationFile = (path: string): boolean => NAMES.includes(path.slice(path.lastIndexOf('/') + 1))

export class KustomizeTree {
  readonly #byPath: ReadonlyMap<string, RepoFile>
  readonly #byFolder = new Map<string, string[]>()
  readonly #known = new Map<string, readonly string[]>()

  /** All files of the repository; the text is looked at only where isKustomizationFile. */
  constructor(files: readonly RepoFile[]) {
    this.#byPath = new Map(files.map((file) => [file.path, file]))
    for (const path of this.#byPath.keys()) {
      for (let at = folderOf(path); ; at = folderOf(at)) {
        const list = this.#byFolder.get(at)
        if (list === undefined) this.#byFolder.set(at, [path])
        else list.push(path)
        if (at === '') break
      }
    }
  }

  has(folder: string): boolean {
    return this.#byFolder.has(folder)
  }

  /** Paths of files, each once. `components`: spec.components, relative to the folder. */
  applied(folder: string, components: readonly string[] = []): readonly string[] {
    const asked = JSON.stringify([folder, ...components])
    const known = this.#known.get(asked)
    if (known !== undefined) return known
    const found = new Set<string>()
    const seen = new Set<string>()
    this.#apply(folder, found, seen)
    for (const component of components) this.#take(resolvePath(folder, component), found, seen)
    const list = [...found]
    this.#known.set(asked, list)
    return list
  }

  #own(folder: string): RepoFile | undefined {
    for (const name of NAMES) {
      const file = this.#byPath.get(folder === '' ? name : `${folder}/${name}`)
      if (file !== undefined) return file
    }
    return undefined
  }

  #take(path: string | undefined, found: Set<string>, seen: Set<string>): void {
    if (path === undefined) return
    if (this.#byPath.has(path)) found.add(path)
    else if (this.#byFolder.has(path)) this.#apply(path, found, seen)
  }

  #apply(folder: string, found: Set<string>, seen: Set<string>): void {
    if (seen.has(folder)) return
    seen.add(folder)
    const own = this.#own(folder)
    if (own !== undefined) {
      found.add(own.path)
      for (const path of namedIn(own)) this.#take(path, found, seen)
      return
    }
    for (const path of this.#byFolder.get(folder) ?? []) {
      const owner = this.#ownerBetween(folderOf(path), folder)
      if (owner !== undefined) this.#apply(owner, found, seen)
      else if (/\.ya?ml$/.test(path)) found.add(path)
    }
  }

  /** The outermost folder with a kustomization of its own, between a file's folder and the one that is applied. */
  #ownerBetween(folder: string, root: string): string | undefined {
    let owner: string | undefined
    for (let at = folder; at !== root && at !== ''; at = folderOf(at)) if (this.#own(at) !== undefined) owner = at
    return owner
  }
}

const KEY = /^["']?(?:path|base|resource|env)["']?:\s/
/** `tls.crt=certs/tls.crt` in a generator: the name of the entry, and the file. */
const RENAMED = /^[\w.-]+=/

/** What a line may name: more than it does is no harm, as only what is there counts. */
function entriesOf(line: string): string[] {
  const bare = line
    .trim()
    .replace(/^(?:-\s+)+/, '')
    .replace(KEY, '')
    .replace(/\s#.*$/, '')
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2')
  return bare === '' ? [] : [bare, bare.replace(RENAMED, '')]
}

const namedIn = ({ path, text }: RepoFile): string[] =>
  entryLines(text.replace(/[{}]/g, ' '))
    .flatMap(entriesOf)
    .flatMap((entry) => resolvePath(folderOf(path), entry) ?? [])
