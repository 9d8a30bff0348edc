// The manifests of a Flux that applies itself from an OCI artifact, pulled by the digest that it has fetched: they spell arguments and names
// otherwise than the kustomize base of the same release, and what we apply in other words Flux applies again, with a second rollout.
import { messageOf, OpsError } from '../errors.ts'
import { artifactRevision, digestOf } from '../flux/revisions.ts'
import { cleanFolder } from '../flux/synced-paths.ts'
import type { ReadContext } from '../ports/context.ts'
import type { KubeObject } from '../ports/kube.ts'
import { atTag, readFluxObject } from './sync-source.ts'

export type SelfArtifact =
  | { readonly status: 'pulled'; readonly text: string; readonly from: string }
  /** The registry does not answer this machine, or the artifact is more than plain manifests. */
  | { readonly status: 'unknown'; readonly why: string }

const TIMEOUT_MS = 30_000
const PROVIDERS = new Set(['aws', 'azure', 'gcp'])
const IS_MANIFEST = /\.ya?ml$/
const IS_KUSTOMIZATION = /(^|\/)(kustomization\.ya?ml|Kustomization)$/

const unknown = (why: string): SelfArtifact => ({ status: 'unknown', why })

/** Arguments of `flux` for the artifact of a source; undefined when its spec asks for more than `flux pull artifact` can do. */
function pullArgs(source: KubeObject, digest: string): string[] | undefined {
  const { url, provider, insecure, layerSelector, ignore } = source.spec ?? {}
  if (typeof url !== 'string' || !url.startsWith('oci://') || layerSelector !== undefined || ignore !== undefined) return undefined
  const more = [...(PROVIDERS.has(provider) ? ['--provider', provider] : []), ...(insecure === true ? ['--insecure-registry'] : [])]
  return ['pull', 'artifact', `${url}@${digest}`, '--output', '.', ...more]
}

type Pulled = { readonly files: Readonly<Record<string, string>> } | { readonly why: string }

async function pull(ctx: ReadContext, args: readonly string[]): Promise<Pulled> {
  const scratch = { files: {}, collect: true }
  try {
    const result = await ctx.exec.run({ tool: 'flux', args, effect: 'read', scratch, allowFailure: true, timeoutMs: TIMEOUT_MS })
    if (result.exitCode === 0) return { files: result.left ?? {} }
    return { why: result.stderr.trim().split('\n').at(-1)?.slice(0, 400) || `flux pull artifact ended with ${result.exitCode}` }
  } catch (error) {
    if (error instanceof OpsError && ['tool-timeout', 'scratch-too-large'].includes(error.code)) return { why: messageOf(error) }
    throw error
  }
}

async function readSource(ctx: ReadContext, id: string): Promise<KubeObject | undefined> {
  try {
    return await readFluxObject(ctx.kube, 'OCIRepository', id)
  } catch (error) {
    if (error instanceof OpsError && error.code === 'object-missing') return undefined
    throw error
  }
}

/** The manifests at `tag` as they are in the artifact, before the patches of the Kustomization that applies them. */
export async function pullSelfArtifact(
  ctx: ReadContext,
  self: { readonly source: string; readonly path: string },
  tag: string,
): Promise<SelfArtifact> {
  const source = await readSource(ctx, self.source)
  if (source === undefined) return unknown(`OCIRepository ${self.source} is not in the cluster`)
  const digest = digestOf(artifactRevision(source))
  if (!atTag(source, tag) || digest === undefined) return unknown(`OCIRepository ${self.source} has not fetched ${tag}`)
  const args = pullArgs(source, digest)
  if (args === undefined) return unknown(`OCIRepository ${self.source} takes only a part of its artifact`)
  ctx.progress({ waitingFor: `the artifact of ${tag}`, lastSeen: `${source.spec?.url}` })
  const pulled = await pull(ctx, args)
  if ('why' in pulled) return unknown(pulled.why)
  const { files } = pulled
  const folder = cleanFolder(self.path)
  const inside = Object.keys(files).filter((path) => folder === '' || path.startsWith(`${folder}/`))
  if (inside.some((path) => IS_KUSTOMIZATION.test(path))) return unknown(`the artifact of ${tag} has a kustomization file in it`)
  const manifests = inside.filter((path) => IS_MANIFEST.test(path)).sort()
  if (manifests.length === 0) return unknown(`the artifact of ${tag} has no manifest in ${self.path}`)
  return { status: 'pulled', text: manifests.map((path) => files[path] ?? '').join('\n---\n'), from: `${source.spec?.url}@${digest}` }
}
