// Flux itself, then what it follows: applied from the commit, with the patches that stand beside it, so that Flux finds nothing to change in itself.
import { parseAllDocuments } from 'yaml'
import { applyLine, applyManifests } from '../../../src/actions/apply-manifests.ts'
import { readCrds, readDeployments } from '../../../src/actions/cluster-survey.ts'
import { withoutSecrets } from '../../../src/actions/render.ts'
import { DEPLOYMENT } from '../../../src/actions/resources.ts'
import { waitForRollout } from '../../../src/actions/rollout.ts'
import { waitFor } from '../../../src/actions/wait-for.ts'
import type { Facts, ReadStep, WriteStep } from '../../../src/engine/model.ts'
import { holds } from '../../../src/flux/holds.ts'
import { installedFlux } from '../../../src/flux/installed.ts'
import { resourceOf } from '../../../src/flux/kinds.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject, Resource } from '../../../src/ports/kube.ts'
import { type BootstrapView, namespaceOf } from '../plan-facts.ts'
import type { BootstrapPlan } from '../plan-schema.ts'
import { renewGitSecret } from './git-secret.ts'

const FLUX_OBJECT = /^apiVersion: \S+\.toolkit\.fluxcd\.io\//m

interface Rendered {
  /** CRDs, controllers and what they need. */
  readonly flux: string
  /** GitRepository and Kustomization: served only once the CRDs are. */
  readonly sync: string
}

const joined = (some: readonly string[]): string => some.filter((one) => one.trim() !== '').join('---\n')

/** Pure. */
export function splitManifests(text: string): Rendered {
  const documents = withoutSecrets(text)
    .split(/^---[ \t]*\n/m)
    .filter((document) => document.trim() !== '')
  const isSync = (document: string): boolean => FLUX_OBJECT.test(document)
  return { flux: joined(documents.filter((one) => !isSync(one))), sync: joined(documents.filter(isSync)) }
}

async function kustomize(ctx: ReadContext, { repo }: BootstrapPlan, folder: string): Promise<Rendered> {
  // A pin is fetched from its forge.
  const { stdout } = await ctx.exec.run({
    tool: 'kubectl',
    args: ['kustomize', `${repo.root}/${folder}`],
    effect: 'read',
    timeoutMs: 300_000,
  })
  return splitManifests(stdout)
}

async function render(ctx: ReadContext, plan: BootstrapPlan): Promise<Rendered> {
  const { install, sync } = plan.folders
  const own = await kustomize(ctx, plan, install)
  if (install === sync) return own
  const followed = await kustomize(ctx, plan, sync)
  return { flux: joined([own.flux, followed.flux]), sync: joined([own.sync, followed.sync]) }
}

const fileOf = (ctx: Pick<ReadContext, 'runDir'>, part: keyof Rendered): string => `${ctx.runDir}/manifests/${part}.yaml`

/** Both parts at once, into the folder of the run: each is what a person may look at, and apply. */
async function writeParts(ctx: Context, plan: BootstrapPlan): Promise<void> {
  const rendered = await render(ctx, plan)
  await ctx.files.makeDir(`${ctx.runDir}/manifests`)
  for (const part of ['flux', 'sync'] as const) await ctx.files.writeText(fileOf(ctx, part), rendered[part])
}

/** kubectl diff takes seconds for the CRDs: on an empty cluster it need not be asked. */
const anyController = async (ctx: ReadContext, plan: BootstrapPlan): Promise<boolean> =>
  (await ctx.kube.list(DEPLOYMENT, { namespace: namespaceOf(plan), atMost: 1 })).length > 0

/**
 * Flux has taken itself over from its artifact, which spells some of it otherwise than the pin: applied from the pin once more, its controllers would be
 * rolled out twice for nothing.
 */
async function keepsItself(ctx: ReadContext, plan: BootstrapPlan): Promise<boolean> {
  if (plan.file.flux.style !== 'kustomize' || !(await isFollowed(ctx, plan))) return false
  const [{ crds }, deployments] = await Promise.all([readCrds(ctx.kube), readDeployments(ctx.kube, namespaceOf(plan))])
  const installed = installedFlux(deployments, crds, plan.file.flux.version)
  return installed.status === 'found' && installed.version === plan.file.flux.version
}

/** Whether the cluster has exactly what the commit says. */
export async function isInstalled(ctx: ReadContext, plan: BootstrapPlan): Promise<boolean> {
  if (!(await ctx.files.exists(`${plan.repo.root}/${plan.folders.install}/kustomization.yaml`)) || !(await anyController(ctx, plan)))
    return false
  if (await keepsItself(ctx, plan)) return true
  const { flux } = await render(ctx, plan)
  const args = ['--context', ctx.target.context, 'diff', '--server-side', '--force-conflicts', '--filename', '-']
  const result = await ctx.exec.run({ tool: 'kubectl', args, effect: 'read', stdin: flux, allowFailure: true, timeoutMs: 300_000 })
  return result.exitCode === 0
}

export const installStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'install',
  title: 'install Flux',
  why: 'CRDs and controllers as the commit has them, with kubectl’s field manager, which Flux takes over from',
  preview: ({ plan }) => [
    `kubectl kustomize ${plan.folders.install} > <run>/manifests/flux.yaml`,
    applyLine(plan.context, '<run>/manifests/flux.yaml'),
  ],
  isDone: (ctx, { plan }) => isInstalled(ctx, plan),
  run: async (ctx, { plan }) => {
    await writeParts(ctx, plan)
    return applyManifests(ctx, fileOf(ctx, 'flux'))
  },
}

const SYNC_KINDS = [resourceOf('GitRepository', 'v1'), resourceOf('Kustomization', 'v1')]

/** A CRD that was just applied is served a moment later. */
const waitUntilServed = (ctx: ReadContext): Promise<true> =>
  waitFor<true>(ctx, {
    waitingFor: 'the API server to serve the kinds of Flux',
    timeoutMs: 60_000,
    everyMs: 200,
    probe: async () => {
      const served = await Promise.all(SYNC_KINDS.map((kind) => ctx.kube.serves(kind)))
      return served.every(Boolean) ? { done: true, value: true } : { done: false, lastSeen: 'not yet' }
    },
  })

const resourceOfManifest = ({ kind, apiVersion }: KubeObject): Resource => resourceOf(kind, apiVersion.slice(apiVersion.indexOf('/') + 1))

/** What of Flux the folder holds: the GitRepository and the Kustomization, and whatever a person has put beside them. */
async function syncObjects(ctx: ReadContext, plan: BootstrapPlan): Promise<KubeObject[]> {
  const written = fileOf(ctx, 'sync')
  const text = (await ctx.files.exists(written)) ? await ctx.files.readText(written) : (await render(ctx, plan)).sync
  return parseAllDocuments(text).flatMap((document) => (document.contents === null ? [] : [document.toJS() as KubeObject]))
}

export async function isFollowed(ctx: ReadContext, plan: BootstrapPlan): Promise<boolean> {
  if (!(await anyController(ctx, plan)) || !(await ctx.kube.serves(resourceOf('Kustomization', 'v1')))) return false
  for (const object of await syncObjects(ctx, plan)) {
    const there = await ctx.kube.get(resourceOfManifest(object), object.metadata)
    if (there === undefined || !holds(there.spec, object.spec)) return false
  }
  return true
}

async function follow(ctx: Context, plan: BootstrapPlan): Promise<Facts> {
  await waitUntilServed(ctx)
  const objects = await syncObjects(ctx, plan)
  // As kubectl applies it: kustomize-controller takes over from that manager.
  for (const object of objects)
    await ctx.kube.patch(resourceOfManifest(object), object.metadata, 'apply', object, { fieldManager: 'kubectl', force: true })
  return { objects: objects.length }
}

export const syncStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'sync',
  title: 'let Flux follow the repository',
  why: 'from here on what is in git is what runs; it comes last, when every secret is there',
  preview: ({ plan }) => [applyLine(plan.context, '<run>/manifests/sync.yaml')],
  isDone: (ctx, { plan }) => isFollowed(ctx, plan),
  run: async (ctx, view) => {
    await renewGitSecret(ctx, view)
    return follow(ctx, view.plan)
  },
}

export const rolloutStep: ReadStep<BootstrapPlan> = {
  kind: 'read',
  id: 'rollout',
  title: 'wait for the controllers',
  why: 'one that crashes is told at once, with the end of its log',
  run: async (ctx: ReadContext, { plan }: BootstrapView) => ({
    controllers: await waitForRollout(ctx, plan.file.flux.version, plan.timeoutMs),
  }),
}
