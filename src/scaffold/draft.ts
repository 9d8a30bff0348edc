// The files of a scaffold as they come together: nothing that is there is written again, and what it lacks becomes advice.
import { isUnder } from '../flux/synced-paths.ts'
import { isYamlPath } from '../flux/yaml-objects.ts'
import { asFluxLists, kustomizationFileIn, kustomizationsIn, resourcesIn } from './existing.ts'
import { kustomizationText } from './manifest.ts'
import type { Repository, Scaffold, ScaffoldFile } from './model.ts'
import { below, join } from './places.ts'

export interface Folder {
  readonly folder: string
  /** What it has to list, as paths from the repository's root. */
  readonly lists: readonly string[]
  /** Entries that are made later by somebody else, relative to the folder. */
  readonly also?: readonly string[]
  readonly why: string
  readonly says?: readonly string[]
  /** Folders and files that something else applies. */
  readonly except?: readonly string[]
  /** Where Flux has listed everything by itself until now, if that is not `folder`. */
  readonly until?: string
  /** A person applies it as well: kubectl lists nothing by itself. */
  readonly byHand?: boolean
}

export class Draft {
  readonly there: Repository
  readonly #files = new Map<string, ScaffoldFile>()
  readonly #advice = new Set<string>()

  constructor(there: Repository) {
    this.there = there
  }

  has(path: string): boolean {
    return this.#files.has(path) || this.there.paths.includes(path)
  }

  /** It was there before. */
  keeps = (path: string): boolean => this.there.paths.includes(path)

  advise(line: string): void {
    this.#advice.add(line)
  }

  /** Whether it is ours: false where something is there already. */
  add(path: string, text: string, why: string, options: { seal?: true } = {}): boolean {
    if (this.has(path)) return false
    const inTheWay = this.there.paths.find((each) => path.startsWith(`${each}/`))
    if (inTheWay !== undefined) {
      this.advise(`${inTheWay} is a file, and the layout has a folder there: nothing is laid out below it`)
      return false
    }
    this.#files.set(path, { path, text, why, ...options })
    return true
  }

  /** Manifests that were in a folder before. */
  holdsManifests = (folder: string): boolean => this.there.paths.some((path) => isUnder(path, folder) && isYamlPath(path))

  /** Flux lists what is in it: it holds manifests and no kustomization file. */
  listsByItself = (folder: string): boolean => this.holdsManifests(folder) && kustomizationFileIn(this.there.paths, folder) === undefined

  /**
   * A folder that others name: no kustomization file is added where it holds manifests and has none, as Flux then lists them by itself.
   * What names it has to list these paths.
   */
  leaf(wanted: Folder): readonly string[] {
    const { folder, lists, except = [] } = wanted
    const elsewhere = (path: string): boolean => except.some((each) => isUnder(path, each))
    if (wanted.byHand !== true && this.listsByItself(folder))
      return [...new Set([...asFluxLists(this.there, folder).filter((path) => !elsewhere(path)), ...lists])]
    this.kustomization(wanted)
    return [folder]
  }

  /**
   * A folder that has to list some things and no others. Where it has no kustomization file and Flux lists by itself just what it should, it is left
   * so; where Flux would list more, a file is made that goes on with what was listed until now.
   */
  kustomization({ folder, lists, also = [], why, says = [], except = [], until = folder, byHand = false }: Folder): void {
    const wanted = [...also.map((entry) => `./${entry}`), ...lists.map((path) => below(folder, path))]
    const own = kustomizationFileIn(this.there.paths, folder)
    if (own !== undefined) {
      this.#missing(own, wanted)
      return
    }
    const excluded = (path: string): boolean => except.some((each) => isUnder(path, each))
    const byItself = asFluxLists(this.there, folder, [...this.#files.keys()])
    if (!byHand && folder === until && this.holdsManifests(folder) && !byItself.some(excluded)) return
    const before = asFluxLists(this.there, until)
      .filter((path) => !excluded(path))
      .map((path) => below(folder, path))
    this.add(join(folder, 'kustomization.yaml'), kustomizationText([...new Set([...wanted, ...before])], says), why)
  }

  #missing(own: string, wanted: readonly string[]): void {
    const listed = resourcesIn(this.there, own)
    const missing = listed === undefined ? wanted : wanted.filter((entry) => !listed.includes(entry.slice(2)))
    if (listed === undefined && wanted.length > 0) this.advise(`${own} could not be read; it has to list ${wanted.join(', ')}`)
    else if (missing.length > 0)
      this.advise(`${own} stays as it is and does not list ${missing.join(', ')}; add under resources:\n${items(missing)}`)
  }

  /** Whether what lies in a folder is applied with it: it is listed, or Flux lists everything. */
  isListed(folder: string, entry: string): boolean {
    const own = kustomizationFileIn(this.there.paths, folder)
    return own === undefined || resourcesIn(this.there, own)?.includes(entry) === true
  }

  /** A Kustomization of Flux in a file that was there before applies this folder. */
  appliesFolder = (path: string, folder: string): boolean => kustomizationsIn(this.there, path).some((each) => each.path === folder)

  /** Name of the Kustomization of Flux in a file that was there before, otherwise the one that we give. */
  nameIn = (path: string, usual: string): string => kustomizationsIn(this.there, path)[0]?.name ?? usual

  done(): Scaffold {
    const files = [...this.#files.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
    return { files, advice: [...this.#advice] }
  }
}

const items = (entries: readonly string[]): string => entries.map((entry) => `  - ${entry}`).join('\n')
