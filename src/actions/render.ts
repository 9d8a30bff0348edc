// The manifests that Flux applies by itself, rendered by us: the same base and the same patches, so that no setting drops out in between.
import { OpsError } from '../errors.ts'
import { resourceOf } from '../flux/kinds.ts'
import type { Context, ReadContext } from '../ports/context.ts'
import type { KubeObject } from '../ports/kube.ts'
import { readCrds, storageVersionOf } from './cluster-survey.ts'
import { instanceManifest, readInstance } from './flux-instance.ts'
import { readRecord, recordedManifests } from './helm-release.ts'
import { type BootstrapInstallation, type Installation, ownerOf, type PinInstallation, type Repository } from './installation.ts'
import { parseId } from './resources.ts'
import { pullSelfArtifact } from './self-artifact.ts'

/** Files below the run's folder. */
export const OLD_MANIFESTS = 'manifests/old.yaml'
export const NEW_MANIFESTS = 'manifests/new.yaml'

/** The command that renders, for a preview. */
export function renderLines(installation: Installation, file: string): string[] {
  if (installation.style === 'operator') return [`kubectl get fluxinstance ${installation.instance} > <run>/${file}, without its status`]
  if (installation.style === 'helm') return [`helm get manifest, of HelmRelease ${installation.release} > <run>/${file}, without Secrets`]
  if (installation.style === 'bootstrap') return [`kubectl kustomize ${installation.folder} > <run>/${file}`]
  const patched = installation.self === null ? '' : `, with the patches of Kustomization ${installation.self.kustomization}`
  const bases = installation.bases.map((base) => `kubectl kustomize ${base} > <run>/${file}${patched}`)
  if (installation.self === null) return bases
  return [
    `flux pull artifact <what OCIRepository ${installation.self.source} has fetched> > <run>/${file}${patched}`,
    ...bases.map((line) => `  or, where this machine cannot pull it:  ${line}`),
  ]
}

export interface RenderInput {
  readonly repo: Repository
  readonly installation: Installation
  /** The release that stands in the work tree, without v. */
  readonly version: string
  /** Below the run's folder. */
  readonly file: string
}

interface Rendered {
  readonly text: string
  /** What it was rendered from. */
  readonly from: string
}

/** Renders what is to run, or runs, into `<runDir>/<file>`; `path` is absolute. */
export async function renderManifests(ctx: Context, input: RenderInput): Promise<{ path: string; from: string }> {
  const { text, from } = await rendered(ctx, input)
  const path = `${ctx.runDir}/${input.file}`
  await ctx.files.makeDir(`${ctx.runDir}/manifests`)
  await ctx.files.writeText(path, text)
  return { path, from }
}

async function rendered(ctx: Context, input: RenderInput): Promise<Rendered> {
  const { installation } = input
  if (installation.style === 'operator') {
    return { text: await renderInstance(ctx, installation.instance), from: `FluxInstance ${installation.instance}` }
  }
  // Helm renders with what only it knows: what it has applied is what runs.
  if (installation.style === 'helm') {
    return { text: recordedManifests(await readRecord(ctx, installation.release)), from: `HelmRelease ${installation.release}` }
  }
  return renderBase(ctx, input, installation)
}

/** The operator renders the manifests: what is ours to keep is what it renders them from. */
async function renderInstance(ctx: Context, id: string): Promise<string> {
  return `${JSON.stringify(instanceManifest(await readInstance(ctx.kube, id)), null, 2)}\n`
}

async function renderBase(ctx: Context, input: RenderInput, installation: BootstrapInstallation | PinInstallation): Promise<Rendered> {
  const id = ownerOf(installation)?.id
  const owner = id === undefined ? undefined : await readOwner(ctx, id)
  const crude =
    installation.style === 'bootstrap'
      ? await renderBootstrap(ctx, input.repo, installation)
      : await renderPin(ctx, input, installation, owner)
  const bare = withoutSecretData(crude.text)
  const text = withoutSecrets(owner === undefined ? bare : await asOwnerHasIt(ctx, bare, owner, input.file))
  if (!text.includes('kind: Deployment')) {
    throw new OpsError({
      code: 'render-empty',
      message: `rendering ${crude.from} gave no Deployment`,
      hints: ['run kubectl kustomize on that folder and look at what it prints'],
    })
  }
  return { text, from: crude.from }
}

const kustomize = async (ctx: ReadContext, folder: string): Promise<string> => {
  const result = await ctx.exec.run({ tool: 'kubectl', args: ['kustomize', folder], effect: 'read', timeoutMs: 180_000 })
  return result.stdout
}

async function renderBootstrap(ctx: Context, repo: Repository, installation: BootstrapInstallation): Promise<Rendered> {
  const from = installation.folder
  if (installation.kustomization !== null) return { text: await kustomize(ctx, `${repo.root}/${installation.folder}`), from }
  const parts = [installation.components, installation.sync].map((path) => ctx.files.readText(`${repo.root}/${path}`))
  return { text: (await Promise.all(parts)).join('\n---\n'), from }
}

/** From the artifact that Flux applies, or where it cannot be had from the folder that it was installed from: then Flux rolls out once more. */
async function renderPin(
  ctx: Context,
  { repo, version }: RenderInput,
  { bases, self }: PinInstallation,
  owner: KubeObject | undefined,
): Promise<Rendered> {
  let why = ''
  if (self !== null && owner !== undefined) {
    const pulled = await pullSelfArtifact(ctx, { source: self.source, path: String(owner.spec?.path ?? '') }, `v${version}`)
    if (pulled.status === 'pulled') return pulled
    why = `; ${pulled.why}`
  }
  const texts = await Promise.all(bases.map((base) => kustomize(ctx, `${repo.root}/${base}`)))
  return { text: texts.join('\n---\n'), from: `${bases.join(', ')}${why}` }
}

/** With the settings of the Kustomization that applies it. */
async function asOwnerHasIt(ctx: Context, text: string, owner: KubeObject, file: string): Promise<string> {
  assertNoSubstitution(text, owner)
  if (Object.keys(overlayOf(owner)).length === BARE_OVERLAY) return text
  const folder = `${ctx.runDir}/${file.replace(/\.yaml$/, '')}`
  await ctx.files.makeDir(folder)
  await ctx.files.writeText(`${folder}/base.yaml`, text)
  await ctx.files.writeText(`${folder}/kustomization.yaml`, `${JSON.stringify(overlayOf(owner), null, 2)}\n`)
  return kustomize(ctx, folder)
}

async function readOwner(ctx: ReadContext, id: string): Promise<KubeObject> {
  const { crds } = await readCrds(ctx.kube)
  const crd = crds.find((each) => each.kind === 'Kustomization')
  const version = crd && storageVersionOf(crd)
  const owner = version === undefined ? undefined : await ctx.kube.get(resourceOf('Kustomization', version), parseId(id))
  if (owner) return owner
  throw new OpsError({
    code: 'owner-missing',
    message: `Kustomization ${id}, which applies Flux itself, is not in the cluster`,
    hints: [`kubectl -n ${parseId(id).namespace ?? ''} get kustomizations.kustomize.toolkit.fluxcd.io`],
  })
}

const IS_SECRET = /^kind: ["']?Secret["']?\s*$/m

const documentsOf = (text: string): string[] => text.split(/^---[ \t]*\r?\n/m)

/** Pure: secrets, and what SOPS has encrypted, are left to Flux: only it can decrypt them, and no upgrade changes them. */
export function withoutSecrets(text: string): string {
  const documents = documentsOf(text)
  const kept = documents.filter((document) => !IS_SECRET.test(document) && !/^sops:\s*$/m.test(document))
  return kept.length === documents.length ? text : kept.join('---\n')
}

/** Pure: a Secret stays as something that a patch may name, with no value in it: what is rendered on the way lies in the run's folder. */
export const withoutSecretData = (text: string): string =>
  text
    .split(/^(---[ \t]*\r?\n)/m)
    .map((part) => (IS_SECRET.test(part) ? part.replace(/^(?:data|stringData):.*(?:\r?\n|$)(?:[ \t-].*(?:\r?\n|$)|\r?\n)*/gm, '') : part))
    .join('')

/** What Flux would replace by values that only it knows must not reach the cluster as it is written. Throws OpsError `render-substitution`. */
function assertNoSubstitution(text: string, owner: KubeObject): void {
  const { postBuild } = owner.spec ?? {}
  if (postBuild?.substitute === undefined && postBuild?.substituteFrom === undefined) return
  // The CRDs speak of ${var} in their descriptions.
  const found = documentsOf(text).find(
    (document) => !/^kind: CustomResourceDefinition\s*$/m.test(document) && /\$\{[A-Za-z_]/.test(document),
  )
  if (found === undefined) return
  throw new OpsError({
    code: 'render-substitution',
    message: `Kustomization ${owner.metadata.namespace}/${owner.metadata.name} fills in ${/\$\{[^}]*\}?/.exec(found)?.[0]} in the manifests of Flux (spec.postBuild): they cannot be rendered here as Flux will apply them`,
    hints: ['write the value into the manifests of Flux, push, wait until it is applied, then upgrade'],
  })
}

/** Keys of an overlay that changes nothing: apiVersion, kind, resources. */
const BARE_OVERLAY = 3

/** Pure: the kustomize overlay that kustomize-controller builds from the spec of a Flux Kustomization (substitution and decryption apart). */
export function overlayOf(owner: KubeObject): Record<string, unknown> {
  const spec = owner.spec ?? {}
  const overlay: Record<string, unknown> = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['base.yaml'],
  }
  for (const key of ['patches', 'images', 'namePrefix', 'nameSuffix'] as const) {
    if (spec[key] !== undefined) overlay[key] = spec[key]
  }
  if (spec.targetNamespace !== undefined) overlay.namespace = spec.targetNamespace
  if (spec.commonMetadata?.labels) overlay.labels = [{ pairs: spec.commonMetadata.labels, includeSelectors: false }]
  if (spec.commonMetadata?.annotations) overlay.commonAnnotations = spec.commonMetadata.annotations
  return overlay
}
