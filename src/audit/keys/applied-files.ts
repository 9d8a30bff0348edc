// Which files of a repository a Flux Kustomization applies: those that the kustomization of its folder names, and what these name in turn. A folder
// without one is applied with all that is in it. Source: github.com/fluxcd/pkg/kustomize kustomize_generator.go.
import type { RepoFile } from '../../flux/files.ts'
import { entryLines, resolvePath } from '../../flux/kustomization-paths.ts'
import { folderOf } from '../../sops/rules/rule-for.ts'

const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']
const ENTRY = /^\s*(?:-\s+)?(?:(?:path|base|resource):\s*)?["']?(?:[\w.-]+=)?([^\s"'#:]+)["']?\s*(?:#.*)?$/

export class AppliedFiles {
  readonly #byPath: ReadonlyMap<string, RepoFile>
  readonly #byFolder = new Map<string, string[]>()
  readonly #known = new Map<string, readonly string[]>()

  constructor(files: readonly RepoFile[]) {
    this.#byPath = new Map(files.map((file) => [file.path, file]))
    for (const { path } of files) {
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

  /** Paths of files; asked for the same folder again it knows them. */
  below(folder: string): readonly string[] {
    const known = this.#known.get(folder)
    if (known !== undefined) return known
    const found = new Set<string>()
    this.#apply(folder, found, new Set())
    const list = [...found]
    this.#known.set(folder, list)
    return list
  }

  #own(folder: string): RepoFile | undefined {
    for (const name of NAMES) {
      const file = this.#byPath.get(folder === '' ? name : `${folder}/${name}`)
      if (file !== undefined) return file
    }
    return undefined
  }

  #apply(folder: string, found: Set<string>, seen: Set<string>): void {
    if (seen.has(folder)) return
    seen.add(folder)
    const own = this.#own(folder)
    if (own !== undefined) {
      found.add(own.path)
      for (const path of referencesOf(own)) {
        if (this.#byPath.has(path)) found.add(path)
        else if (this.#byFolder.has(path)) this.#apply(path, found, seen)
      }
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

const referencesOf = (file: RepoFile): string[] =>
  entryLines(file.text).flatMap((line) => {
    const entry = ENTRY.exec(line)?.[1]
    const path = entry === undefined ? undefined : resolvePath(folderOf(file.path), entry)
    return path === undefined || path === '' ? [] : [path]
  })
