// What Flux would apply, rendered here: each Kustomization's folder with the settings of its spec, as kustomize-controller builds it, but before
// decryption and substitution. The clone is only read: `flux build kustomization` writes its kustomization.yaml into it before 2.9, so the
// overlay lies in a folder of its own, with a link to the clone. Source: github.com/fluxcd/pkg/kustomize kustomize_generator.go.
import type { RepoFile } from '../flux/files.ts'
import { resolvePath } from '../flux/kustomization-paths.ts'
import { Trees } from '../flux/plain-trees.ts'
import { type RenderedObject, renderedObjects } from '../flux/rendered.ts'
import { cleanFolder } from '../flux/synced-paths.ts'
import { overgrown } from '../flux/yaml-size.ts'
import type { ReadContext } from '../ports/context.ts'
import type { KubeObject } from '../ports/kube.ts'
import { idOf } from './resources.ts'
import { sideBySide } from './side-by-side.ts'
import { belowAny } from './synced-files.ts'

export interface Build {
  readonly kustomization: KubeObject
  /** Objects that have a variable, a Flux API or encrypted values in them; the others are not kept. */
  readonly objects: readonly RenderedObject[]
  /** Why it could not be rendered, in kustomize's words; then nothing is known of it. */
  readonly failed?: string
}

interface Clone {
  readonly root: string
  readonly files: readonly RepoFile[]
}

const LINK = 'repo'
const FILE_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']
const AT_A_TIME = 4
const TIMEOUT_MS = 60_000

const join = (...parts: string[]): string => parts.filter((part) => part !== '').join('/')

/** Without a kustomization file Flux makes one: every manifest below the folder, and folders that have one of their own. */
export function generatedResources(files: readonly RepoFile[], folder: string): string[] {
  const below = files.filter((file) => belowAny(file.path, [folder]))
  const named = below.filter((file) => FILE_NAMES.some((name) => file.path.endsWith(`/${name}`)))
  const owned = named.map((file) => file.path.slice(0, file.path.lastIndexOf('/')))
  const outermost = owned.filter((each) => !owned.some((other) => other !== each && belowAny(each, [other])))
  const loose = below.filter((file) => /^apiVersion:/m.test(file.text) && /^kind:/m.test(file.text))
  return [...outermost, ...loose.filter((file) => !outermost.some((each) => belowAny(file.path, [each]))).map((file) => file.path)]
}

/** Pure: the settings of the spec that change what is rendered. Labels and annotations of commonMetadata are put on after the substitution. */
export function overlayOfSpec(kustomization: KubeObject, resources: readonly string[], folder: string, files: readonly RepoFile[]): object {
  const spec = kustomization.spec ?? {}
  const exists = (path: string): boolean => files.some((file) => belowAny(file.path, [path]))
  const components = ((spec.components ?? []) as unknown[]).flatMap((component) => {
    const path = resolvePath(folder, String(component))
    return path === undefined || (spec.ignoreMissingComponents === true && !exists(path)) ? [] : [join(LINK, path)]
  })
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: resources.map((path) => join(LINK, path)),
    buildMetadata: ['originAnnotations'],
    ...(spec.targetNamespace === undefined ? {} : { namespace: spec.targetNamespace }),
    ...(components.length === 0 ? {} : { components }),
    ...Object.fromEntries(
      ['namePrefix', 'nameSuffix', 'patches', 'images'].flatMap((key) => (spec[key] === undefined ? [] : [[key, spec[key]]])),
    ),
  }
}

const isKept = ({ text, encrypted }: RenderedObject): boolean => encrypted || text.includes('${') || text.includes('.fluxcd.io/')

async function render(ctx: ReadContext, root: string, overlay: string): Promise<{ objects: RenderedObject[]; failed?: string }> {
  const result = await ctx.exec.run({
    tool: 'kubectl',
    args: ['kustomize', '.', '--load-restrictor', 'LoadRestrictionsNone'],
    effect: 'read',
    scratch: { files: { 'kustomization.yaml': overlay }, links: { [LINK]: root } },
    env: { GIT_TERMINAL_PROMPT: '0' },
    allowFailure: true,
    timeoutMs: TIMEOUT_MS,
  })
  if (result.exitCode === 0) return { objects: renderedObjects(result.stdout, `${LINK}/`).filter(isKept) }
  const said = result.stderr.trim().split('\n').at(-1)?.replaceAll(root, '.') ?? ''
  return { objects: [], failed: said.slice(0, 400) || `kubectl kustomize ended with ${result.exitCode}` }
}

/** Rendering it would show nothing that its files do not show. */
function isPlain(trees: Trees, { spec }: KubeObject, folder: string): boolean {
  const patches = JSON.stringify(spec?.patches ?? [])
  if (spec?.components !== undefined || /allowKindChange|\/apiVersion/.test(patches)) return false
  const substituted = spec?.postBuild !== undefined
  return !(substituted && patches.includes('${')) && trees.isPlain([folder], substituted)
}

/** kustomize expands aliases without bounds: a file that has no end would take all memory of this machine. */
function bombIn(files: readonly RepoFile[]): string | undefined {
  for (const file of files) {
    const why = overgrown(file)
    if (why !== undefined) return `${file.path} ${why}`
  }
  return undefined
}

type Wanted = { readonly overlay?: string; readonly failed?: string }

async function overlayFor(ctx: ReadContext, clone: Clone, trees: Trees, kustomization: KubeObject): Promise<Wanted> {
  const folder = cleanFolder(String(kustomization.spec?.path ?? ''))
  const has = await Promise.all(FILE_NAMES.map((name) => ctx.files.exists(`${clone.root}/${join(folder, name)}`)))
  const readable = has[2] !== true && trees.of([folder]).length > 0
  if (readable && isPlain(trees, kustomization, folder)) return {}
  const bomb = bombIn(trees.of([folder]))
  if (bomb !== undefined) return { failed: bomb }
  const resources = has.includes(true) ? [folder] : generatedResources(clone.files, folder)
  if (resources.length > 0) return { overlay: `${JSON.stringify(overlayOfSpec(kustomization, resources, folder, clone.files), null, 1)}\n` }
  return (await ctx.files.exists(`${clone.root}/${folder}`)) ? {} : { failed: `${folder} is not in the clone` }
}

/** Renders each where that can show more than the files; those with the same folder and settings once. Never throws for one that cannot be rendered: that is told in `failed`. */
export async function buildKustomizations(ctx: ReadContext, clone: Clone, kustomizations: readonly KubeObject[]): Promise<Build[]> {
  const trees = new Trees(clone.files)
  const wanted = await sideBySide(kustomizations, 16, async (kustomization) => ({
    kustomization,
    ...(await overlayFor(ctx, clone, trees, kustomization)),
  }))
  const overlays = [...new Set(wanted.flatMap(({ overlay }) => overlay ?? []))]
  let done = 0
  const rendered = await sideBySide(overlays, AT_A_TIME, async (overlay) => {
    const result = await render(ctx, clone.root, overlay)
    done += 1
    ctx.progress({ waitingFor: `${overlays.length} folders to be rendered`, lastSeen: `${done} done` })
    return [overlay, result] as const
  })
  const results = new Map(rendered)
  return wanted.map(({ kustomization, overlay, failed }) => ({
    kustomization,
    objects: [],
    ...(overlay === undefined ? {} : results.get(overlay)),
    ...(failed === undefined ? {} : { failed }),
  }))
}

/** One line a build that failed. */
export const failedBuilds = (builds: readonly Build[]): { where: string; what: string }[] =>
  builds.flatMap(({ kustomization, failed }) =>
    failed === undefined ? [] : [{ where: `Kustomization ${idOf(kustomization)}`, what: `cannot be rendered: ${failed}` }],
  )
