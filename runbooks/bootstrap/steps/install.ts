// Flux itself, then what it follows: applied from the commit, with the patches that stand beside it, so that Flux finds nothing to change in itself.
import { applyLine, applyManifests } from '../../../src/actions/apply-manifests.ts'
import { withoutSecrets } from '../../../src/actions/render.ts'
import { DEPLOYMENT } from '../../../src/actions/resources.ts'
import { waitForRollout } from '../../../src/actions/rollout.ts'
import { waitFor } from '../../../src/actions/wait-for.ts'
import type { ReadStep, WriteStep } from '../../../src/engine/model.ts'
import { resourceOf } from '../../../src/flux/kinds.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import { type BootstrapView, namespaceOf } from '../plan-facts.ts'
import type { BootstrapPlan } from '../plan-schema.ts'

const FLUX_OBJECT = /^apiVersion: \S+\.toolkit\.fluxcd\.io\//m

interface Rendered {
  /** CRDs, controllers and what they need. */
  readonly flux: string
  /** GitRepository and Kustomization: served only once the CRDs are. */
  readonly sync: string
}

/** Pure. */
export function splitManifests(text: string): Rendered {
  const documents = withoutSecrets(text)
    .split(/^---[ \t]*\n/m)
    .filter((document) => document.trim() !== '')
  const isSync = (document: string): boolean => FLUX_OBJECT.test(document)
  const joined = (some: readonly string[]): string => some.join('---\n')
  return { flux: joined(documents.filter((one) => !isSync(one))), sync: joined(documents.filter(isSync)) }
}

async function render(ctx: ReadContext, { repo, folder }: BootstrapPlan): Promise<Rendered> {
  const { stdout } = await ctx.exec.run({
    tool: 'kubectl',
    args: ['kustomize', `${repo.root}/${folder}`],
    effect: 'read',
    timeoutMs: 120_000,
  })
  return splitManifests(stdout)
}

const fileOf = (ctx: Pick<ReadContext, 'runDir'>, part: keyof Rendered): string => `${ctx.runDir}/manifests/${part}.yaml`

async function writePart(ctx: Context, plan: BootstrapPlan, part: keyof Rendered): Promise<string> {
  const rendered = await render(ctx, plan)
  await ctx.files.makeDir(`${ctx.runDir}/manifests`)
  await ctx.files.writeText(fileOf(ctx, part), rendered[part])
  return fileOf(ctx, part)
}

/** kubectl diff takes seconds for the CRDs: on an empty cluster it need not be asked. */
const anyController = async (ctx: ReadContext, plan: BootstrapPlan): Promise<boolean> =>
  (await ctx.kube.list(DEPLOYMENT, { namespace: namespaceOf(plan), atMost: 1 })).length > 0

/** Whether the cluster has exactly what the commit says. */
async function isApplied(ctx: ReadContext, plan: BootstrapPlan, part: keyof Rendered): Promise<boolean> {
  if (!(await ctx.files.exists(`${plan.repo.root}/${plan.folder}/kustomization.yaml`)) || !(await anyController(ctx, plan))) return false
  const rendered = await render(ctx, plan)
  const args = ['--context', ctx.target.context, 'diff', '--server-side', '--force-conflicts', '--filename', '-']
  const result = await ctx.exec.run({
    tool: 'kubectl',
    args,
    effect: 'read',
    stdin: rendered[part],
    allowFailure: true,
    timeoutMs: 300_000,
  })
  return result.exitCode === 0
}

export const installStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'install',
  title: 'install Flux',
  why: 'CRDs and controllers as the commit has them, with kubectl’s field manager, which Flux takes over from',
  preview: ({ plan }) => [
    `kubectl kustomize ${plan.folder} > <run>/manifests/flux.yaml`,
    applyLine(plan.context, '<run>/manifests/flux.yaml'),
  ],
  isDone: (ctx, { plan }) => isApplied(ctx, plan, 'flux'),
  run: async (ctx, { plan }) => applyManifests(ctx, await writePart(ctx, plan, 'flux')),
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

export const syncStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'sync',
  title: 'let Flux follow the repository',
  why: 'from here on what is in git is what runs; it comes last, when every secret is there',
  preview: ({ plan }) => [applyLine(plan.context, '<run>/manifests/sync.yaml')],
  isDone: (ctx, { plan }) => isApplied(ctx, plan, 'sync'),
  run: async (ctx, { plan }) => {
    const path = await writePart(ctx, plan, 'sync')
    await waitUntilServed(ctx)
    return applyManifests(ctx, path)
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
