// What would run under the Flux Operator, with the defaults of the API server: rendered here, and sent to it as a dry run under other names, so that
// nothing is stored and nothing that exists is touched.
import { OpsError } from '../../errors.ts'
import { exportFlags, objectsIn, onlyAskedFor, overlayOf } from '../../flux/operator-move/overlay.ts'
import type { ReadContext } from '../../ports/context.ts'
import type { KubeObject } from '../../ports/kube.ts'
import { contextArgs } from '../apply-manifests.ts'
import { generateComponents } from '../gotk.ts'

/** Names that nobody has: a dry run of a create is refused where the object exists. */
const SUFFIX = '-flux-ops-preview'

export interface Base {
  readonly text: string
  /** What it was taken from, for a reader. */
  readonly from: string
}

/**
 * The manifests of the release that the FluxInstance asks for, for its components, before any patch. A flux CLI of another release needs github.com for them:
 * where that cannot be reached, `otherwise` says what stands in. Throws as generateComponents where nothing does.
 */
export async function releaseManifests(ctx: ReadContext, instance: KubeObject, otherwise: () => Promise<Base | undefined>): Promise<Base> {
  const version = String(instance.spec?.distribution?.version)
  try {
    return { text: await generateComponents(ctx, version, exportFlags(instance)), from: `flux install --export --version=v${version}` }
  } catch (error) {
    const base = error instanceof OpsError ? await otherwise() : undefined
    if (base === undefined) throw error
    return { ...base, text: onlyAskedFor(base.text, instance) }
  }
}

async function rendered(ctx: ReadContext, base: string, instance: KubeObject): Promise<KubeObject[]> {
  const { files } = overlayOf(base, instance)
  const command = { tool: 'kubectl', args: ['kustomize', '.'], effect: 'read', scratch: { files }, timeoutMs: 60_000 } as const
  const result = await ctx.exec.run({ ...command, allowFailure: true })
  if (result.exitCode === 0) return objectsIn(result.stdout)
  throw new OpsError({
    code: 'patches-refused',
    message: `the patches do not apply to the manifests of the operator: ${result.stderr.trim().split('\n').at(-1)?.slice(0, 400)}`,
    hints: ['change or remove the patch in git, push, wait until it is applied'],
  })
}

async function withDefaults(ctx: ReadContext, objects: readonly KubeObject[]): Promise<KubeObject[]> {
  const items = objects.map((object) => ({
    ...object,
    metadata: { name: `${object.metadata.name}${SUFFIX}`, namespace: object.metadata.namespace },
  }))
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  const args = [...contextArgs(ctx.target), 'create', '--dry-run=server', '--output', 'json', '--filename', '-']
  const { stdout } = await ctx.exec.run({ tool: 'kubectl', args, effect: 'read', stdin: list, timeoutMs: 60_000 })
  // One document after another, each from the beginning of a line.
  const answers = stdout.split(/^(?=\{)/m).map((text) => JSON.parse(text) as KubeObject)
  return answers.map((object, index) => ({ ...object, metadata: { ...object.metadata, name: objects[index]?.metadata.name ?? '' } }))
}

const isCompared = (object: KubeObject, sync: string | undefined): boolean =>
  object.kind === 'Deployment' ||
  (sync !== undefined && object.metadata.name === sync && ['GitRepository', 'OCIRepository', 'Kustomization'].includes(object.kind))

export interface WouldBe {
  /** Deployments and the objects of the sync, with defaults. */
  readonly objects: readonly KubeObject[]
  /** The same without defaults: what a patch meets. */
  readonly bare: readonly KubeObject[]
}

/** Throws OpsError `patches-refused`, and what kubectl says (`tool-failed`) where the API server takes it for invalid. */
export async function wouldBe(ctx: ReadContext, base: string, instance: KubeObject): Promise<WouldBe> {
  const { sync } = instance.spec ?? {}
  const name = sync === undefined ? undefined : String(sync.name ?? instance.metadata.namespace)
  const bare = (await rendered(ctx, base, instance)).filter((object) => isCompared(object, name))
  return { objects: await withDefaults(ctx, bare), bare }
}
