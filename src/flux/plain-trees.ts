// Which folders of a repository need no rendering, because it could show nothing that their files do not show: only local manifests and
// kustomizations that change names, labels, images and the like. Whatever is not known to be harmless is rendered.
import type { RepoFile } from './files.ts'
import { entryLines, resolvePath } from './kustomization-paths.ts'

const KUSTOMIZATION = /(^|\/)kustomization\.ya?ml$/
const HARMLESS = new Set(
  (
    'apiVersion kind metadata resources bases components namespace namePrefix nameSuffix labels commonLabels commonAnnotations images ' +
    'replicas configMapGenerator secretGenerator generatorOptions patches patchesStrategicMerge patchesJson6902 buildMetadata sortOptions'
  ).split(' '),
)
/** A remote base; a manifest that is not read as a file; what changes an API version. */
const TELLING = /:\/\/|\bgithub\.com|\bgitlab\.com|[?&]ref=|git@|git::|\.json\b|\/apiVersion|allowKindChange/

const SUBSTITUTED = /\$\{|^sops:\s*$/m

const harmless = (text: string): boolean => [...text.matchAll(/^([^\s#:-][^\s:]*)\s*:/gm)].every(([, key = '']) => HARMLESS.has(key))

/** A list entry, or the value of a key, that may name a path. */
const ENTRY = /^\s*(?:-\s+)?(?:[\w-]+:\s*)?["']?([^\s"'#:]+)["']?\s*(?:#.*)?$/

export class Trees {
  private readonly files: readonly RepoFile[]
  private readonly references = new Map<string, readonly string[]>()

  constructor(files: readonly RepoFile[]) {
    this.files = [...files].sort((one, other) => (one.path < other.path ? -1 : 1))
  }

  /** Place of the first path that is not before `path`. */
  private first(path: string): number {
    let [low, high] = [0, this.files.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.files[middle]?.path ?? '') < path) low = middle + 1
      else high = middle
    }
    return low
  }

  private below(path: string): RepoFile[] {
    const found: RepoFile[] = []
    const own = this.files[this.first(path)]
    if (own?.path === path) found.push(own)
    const folder = path === '' ? '' : `${path}/`
    for (let at = this.first(folder); this.files[at]?.path.startsWith(folder); at += 1) found.push(this.files[at] as RepoFile)
    return found
  }

  private referencesOf(file: RepoFile): readonly string[] {
    const known = this.references.get(file.path)
    if (known) return known
    const folder = file.path.split('/').slice(0, -1).join('/')
    const paths = entryLines(file.text).flatMap((line) => {
      const entry = ENTRY.exec(line)?.[1]
      const path = entry === undefined ? undefined : resolvePath(folder, entry)
      return path === undefined || path === '' ? [] : [path]
    })
    this.references.set(file.path, paths)
    return paths
  }

  /** The files below these paths and all that their kustomizations refer to. */
  of(roots: readonly string[]): RepoFile[] {
    const seen = new Set<string>()
    const found = new Map<string, RepoFile>()
    const queue = [...roots]
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      if (seen.has(path)) continue
      seen.add(path)
      for (const file of this.below(path)) {
        if (found.has(file.path)) continue
        found.set(file.path, file)
        if (KUSTOMIZATION.test(file.path)) queue.push(...this.referencesOf(file))
      }
    }
    return [...found.values()]
  }

  /** Whether rendering these folders could show more than their files do. `substituted`: what variables ask for is looked at as well. */
  isPlain(roots: readonly string[], substituted: boolean): boolean {
    return this.of(roots).every((file) => {
      if (substituted && SUBSTITUTED.test(file.text)) return false
      return !KUSTOMIZATION.test(file.path)
        ? !/allowKindChange|\/apiVersion/.test(file.text)
        : harmless(file.text) && !TELLING.test(file.text)
    })
  }
}
