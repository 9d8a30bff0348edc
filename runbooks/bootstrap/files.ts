// What is missing in the repository: the files of `flux bootstrap`, and of the layout that the cluster file asks for. What is there stays.
import { createHash } from 'node:crypto'
import { generateComponents } from '../../src/actions/gotk.ts'
import { sideBySide } from '../../src/actions/side-by-side.ts'
import type { ClusterFile } from '../../src/cluster-file/schema.ts'
import { decryptionPatch, gotkKustomization, syncManifest } from '../../src/flux/gotk-sync.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { Resource } from '../../src/ports/kube.ts'
import { controllerPatches } from '../../src/scaffold/controller-patches.ts'
import { type Repository, repositoryOf, type ScaffoldFile } from '../../src/scaffold/model.ts'
import { placesOf } from '../../src/scaffold/places.ts'
import { scaffold } from '../../src/scaffold/scaffold.ts'
import { generateKey } from '../../src/sops/keys/generate.ts'
import { keySecret, keysInCluster } from './age.ts'
import { installFlags } from './flags.ts'
import { givenKey } from './given-key.ts'
import type { BootstrapInput } from './input.ts'
import { missingOperator } from './operator-files.ts'
import type { BootstrapPlan } from './plan-schema.ts'

type Planned = BootstrapPlan['files'][number]
type File = BootstrapInput['file']

export interface Missing {
  readonly files: Planned[]
  readonly advice: string[]
  /** Stands in the files for a key that is made in the run; null where the key is known, or none is asked for. */
  readonly standIn: string | null
  readonly components: BootstrapPlan['components']
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The styles that have the files of `flux bootstrap`. */
export const hasGotkFiles = ({ flux }: Pick<File, 'flux'>): boolean => ['git', 'github', 'gitlab', 'gitea'].includes(flux.style)

/** Folder of the files of `flux bootstrap`. */
export const gotkFolder = ({ git, flux }: Pick<File, 'git' | 'flux'>): string =>
  git.path === '.' ? flux.namespace : `${git.path}/${flux.namespace}`

/** Folders that are rendered: what Flux itself is, and what it follows. */
export function foldersOf(file: ClusterFile): { readonly install: string; readonly sync: string } {
  if (file.flux.style !== 'kustomize') return { install: gotkFolder(file), sync: gotkFolder(file) }
  const { bootstrap, config } = placesOf(file)
  return { install: bootstrap, sync: config }
}

const syncText = ({ file, forFlux }: Pick<BootstrapInput, 'file' | 'forFlux'>): string =>
  syncManifest({
    namespace: file.flux.namespace,
    url: file.git.url ?? '',
    branch: file.git.branch,
    path: file.git.path,
    interval: file.git.interval,
    secretName: forFlux === null ? undefined : file.git.secretName,
    recurseSubmodules: file.git.recurseSubmodules,
  })

function gotkFiles(input: Pick<BootstrapInput, 'file' | 'forFlux'>): Planned[] {
  const { flux, sops } = input.file
  const folder = gotkFolder(input.file)
  const components = [...flux.components, ...flux.componentsExtra]
  const patches = [
    ...controllerPatches(flux.settings, { version: flux.version, components }),
    ...(sops === undefined ? [] : [decryptionPatch(flux.namespace, sops.secretName)]),
  ]
  return [
    { path: `${folder}/gotk-sync.yaml`, text: syncText(input), why: 'what the cluster follows', seal: false },
    {
      path: `${folder}/kustomization.yaml`,
      text: gotkKustomization(patches),
      why: 'joins them, with what is set of the controllers',
      seal: false,
    },
  ]
}

/** A kustomization.yaml that is there is a person's: it is where patches are kept. */
function missingGotk(input: Pick<BootstrapInput, 'file' | 'forFlux'>, there: Repository): { files: Planned[]; advice: string[] } {
  const files: Planned[] = []
  const advice: string[] = []
  for (const wanted of gotkFiles(input)) {
    const text = there.text(wanted.path)
    if (text === wanted.text) continue
    // One that is there and could not be read is nobody's to write over.
    const isThere = there.paths.includes(wanted.path)
    if (!isThere || (text !== undefined && !wanted.path.endsWith('/kustomization.yaml'))) files.push(wanted)
    else advice.push(`${wanted.path} stays as it is; a new one would be:\n${wanted.text}`)
  }
  return { files, advice }
}

const IS_READ = /\.ya?ml$|(^|\/)Kustomization$|(^|\/)\.sops\.yaml$/

/** Every file that git knows in the clone; the text of those that say what is applied. */
export async function readRepository(ctx: ReadContext, root: string): Promise<Repository> {
  const paths = await ctx.git.tracked(root)
  const texts = await sideBySide(
    paths.filter((path) => IS_READ.test(path)),
    16,
    async (path): Promise<[string, string] | undefined> => {
      // A link that leads out, a binary file that is called so: nothing is known of it.
      const text = await ctx.files
        .inside(root, `${root}/${path}`)
        .then((real) => ctx.files.readText(real))
        .catch(() => undefined)
      return text === undefined ? undefined : [path, text]
    },
  )
  const known = repositoryOf(new Map(texts.filter((one) => one !== undefined)))
  return { paths, text: known.text }
}

interface KeyToCome {
  readonly recipient: string | undefined
  readonly standIn: string | null
}

/** The key that files are sealed to: the cluster's, the file's, or in place of one that is made in the run that of a key which is thrown away. */
async function keyToCome(ctx: ReadContext, file: File): Promise<KeyToCome> {
  const { sops } = file
  if (sops === undefined) return { recipient: undefined, standIn: null }
  const there = await keysInCluster(ctx, keySecret(file, sops))
  const given = there?.identities.length ? there.identities : ((await givenKey(ctx, file))?.identities ?? [])
  const recipient = given.find((one) => one.recipient !== undefined)?.recipient
  if (recipient !== undefined) return { recipient, standIn: null }
  const made = (await generateKey('x25519')).recipient
  return { recipient: made, standIn: made }
}

const POD_MONITOR: Resource = { group: 'monitoring.coreos.com', version: 'v1', plural: 'podmonitors', kind: 'PodMonitor', namespaced: true }

async function componentsOf(ctx: ReadContext, { file, repo }: BootstrapInput): Promise<BootstrapPlan['components']> {
  if (!hasGotkFiles(file)) return null
  const path = `${gotkFolder(file)}/gotk-components.yaml`
  const sum = sha256(await generateComponents(ctx, file.flux.version, installFlags(file)))
  const isThere = (await ctx.files.exists(`${repo}/${path}`)) && (await ctx.files.sha256(`${repo}/${path}`)) === sum
  return { path, sha256: sum, isThere }
}

const planned = ({ path, text, why, seal }: ScaffoldFile): Planned => ({ path, text, why, seal: seal === true })

/** Files of Flux itself; those of style kustomize are part of the layout. */
async function missingOfFlux(ctx: ReadContext, input: BootstrapInput, there: Repository): Promise<{ files: Planned[]; advice: string[] }> {
  if (hasGotkFiles(input.file)) return missingGotk(input, there)
  if (input.file.flux.style !== 'operator') return { files: [], advice: [] }
  const { files, advice } = await missingOperator(ctx, input, there)
  return { files: files.map(planned), advice }
}

/** Throws those of `flux install --export`, of a key file, and of the cluster. */
export async function missingFiles(ctx: ReadContext, input: BootstrapInput): Promise<Missing> {
  const { file, repo } = input
  const [there, key, podMonitors, components] = await Promise.all([
    readRepository(ctx, repo),
    keyToCome(ctx, file),
    ctx.kube.serves(POD_MONITOR),
    componentsOf(ctx, input),
  ])
  const own = await missingOfFlux(ctx, input, there)
  const laid = scaffold(file, there, { recipient: key.recipient, podMonitors })
  return {
    files: [...own.files, ...laid.files.map(planned)],
    advice: [...own.advice, ...laid.advice],
    standIn: key.standIn,
    components,
  }
}
