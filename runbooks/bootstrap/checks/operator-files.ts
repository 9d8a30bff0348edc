// Whether the folder of a Flux that the Flux Operator keeps is this cluster's, and of the releases that the file says.
import type { CheckItem, CheckResult } from '../../../src/engine/model.ts'
import { sameRepository } from '../../../src/flux/git-urls.ts'
import { findInstancePins } from '../../../src/flux/instance-pins.ts'
import { KustomizeTree } from '../../../src/flux/kustomize-tree.ts'
import { INSTANCE_NAME } from '../../../src/flux/operator-move/instance.ts'
import { INSTANCE_FILE, kustomizationIn, OPERATOR_FILE } from '../../../src/flux/operator-move/repository.ts'
import { cleanFolder, isUnder } from '../../../src/flux/synced-paths.ts'
import type { Repository } from '../../../src/scaffold/model.ts'
import { operatorFolder, operatorPlaces } from '../../../src/scaffold/operator-files.ts'
import type { BootstrapInput } from '../input.ts'
import { instanceVersion, isInstance, manifestsIn, operatorVersion } from '../operator-files.ts'
import { fail, failOf, pass } from './results.ts'

type File = BootstrapInput['file']

/** Files of flux bootstrap, which keeps Flux by itself. */
const ofBootstrap = (folder: string, { paths }: Repository): CheckItem[] =>
  ['gotk-components.yaml', 'gotk-sync.yaml']
    .map((name) => `${folder}/${name}`)
    .filter((path) => paths.includes(path))
    .map((where) => ({ where, what: 'is of flux bootstrap; flux-ops migrate operator moves a cluster that runs' }))

/** What the FluxInstance of the folder follows. */
function otherSync(where: string, text: string, { git, flux }: File): CheckItem[] {
  const instance = manifestsIn(text).find(isInstance)
  if (instance === undefined) return [{ where, what: 'holds no FluxInstance' }]
  const { url, path, ref } = (instance.spec?.sync ?? {}) as { url?: string; path?: string; ref?: string }
  const items: CheckItem[] = []
  const { name, namespace = flux.namespace } = instance.metadata ?? {}
  if (name !== INSTANCE_NAME || namespace !== flux.namespace)
    items.push({ where, what: `is FluxInstance ${namespace}/${name}; it has to be ${flux.namespace}/${INSTANCE_NAME}` })
  if (url === undefined) items.push({ where, what: 'follows nothing; the sync of the cluster file would have to stand in it' })
  else if (!sameRepository(url, git.url ?? '')) items.push({ where, what: `follows ${url}; the file says ${git.url}` })
  if (path !== undefined && cleanFolder(path) !== cleanFolder(git.path))
    items.push({ where, what: `applies ${path}; the file says ${git.path}` })
  if (ref !== undefined && ref !== `refs/heads/${git.branch}`)
    items.push({ where, what: `follows ${ref}; the file says branch ${git.branch}` })
  return items
}

/** A kustomization file that stays as it is, and leaves one of the two out. */
function unlisted(folder: string, there: Repository): CheckItem[] {
  const files = there.paths.flatMap((path) => (isUnder(path, folder) ? [{ path, text: there.text(path) ?? '' }] : []))
  const own = kustomizationIn(files, folder)
  if (own === undefined) return []
  const { resources } = (manifestsIn(own.text)[0] ?? {}) as { resources?: unknown }
  const listed = Array.isArray(resources) ? resources.map((each) => cleanFolder(String(each))) : []
  return [OPERATOR_FILE, INSTANCE_FILE]
    .filter((name) => !listed.includes(name))
    .map((name) => ({ where: own.path, what: `stays as it is and does not list ${name}` }))
}

/** The operator takes one FluxInstance: another one that the folder brings along would be applied in turns with ours. */
function otherInstances(own: string, { git }: File, there: Repository): CheckItem[] {
  const files = there.paths.flatMap((path) => {
    const text = there.text(path)
    return text === undefined ? [] : [{ path, text }]
  })
  const applied = new Set(new KustomizeTree(files).applied(cleanFolder(git.path)))
  return findInstancePins(files.filter(({ path }) => path !== own && applied.has(path))).map(({ file }) => ({
    where: file,
    what: 'says which Flux runs as well, and the operator takes only one FluxInstance',
  }))
}

/** Pure. */
export function operatorPathFree(there: Repository, file: File): CheckResult {
  const folder = operatorFolder(file)
  const own = `${folder}/${INSTANCE_FILE}`
  try {
    const text = there.paths.includes(own) ? (there.text(own) ?? '') : undefined
    const items = [
      ...ofBootstrap(folder, there),
      ...(text === undefined ? [] : otherSync(own, text, file)),
      ...unlisted(folder, there),
      ...otherInstances(own, file, there),
    ]
    if (items.length === 0) return pass(text === undefined ? `${folder} is new` : `${folder} is there, and this cluster’s`)
    return fail('path-free', 'the folder belongs to something else', ['another folder:  git.path of the file'], items)
  } catch (error) {
    return failOf('path-free', error)
  }
}

/** Pure. */
export function operatorKept(there: Repository, { flux, git }: File): CheckResult {
  const folder = operatorFolder({ flux, git })
  const { version } = operatorPlaces(flux)
  const found = [
    [INSTANCE_FILE, 'Flux', instanceVersion, flux.version],
    [OPERATOR_FILE, 'the Flux Operator', operatorVersion, version],
  ] as const
  const items = found.flatMap(([name, what, read, wanted]): CheckItem[] => {
    const where = `${folder}/${name}`
    if (!there.paths.includes(where)) return []
    const is = read(there.text(where) ?? '')
    return is === wanted
      ? []
      : [{ where, what: `is of ${is === undefined ? `an unknown release of ${what}` : `${what} ${is}`}; the file says ${wanted}` }]
  })
  if (items.length === 0) return pass()
  const hints = [
    'to rebuild the cluster as it was:  flux.version and flux.operator.version of the file are what the repository has',
    'waived, the files of the repository are replaced by those of the file',
  ]
  return fail('components-kept', 'the repository has another release in this folder', hints, items)
}
