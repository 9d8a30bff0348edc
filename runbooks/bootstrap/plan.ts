// What the bootstrap is about, as data: what is missing in the repository, and what the cluster has already.
import { findForge } from '../../src/actions/forge.ts'
import { asFile } from '../../src/actions/git-credentials.ts'
import { DEPLOYMENT, NAMESPACE } from '../../src/actions/resources.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { ForgeRepository } from '../../src/ports/forge.ts'
import { operatorPlaces } from '../../src/scaffold/operator-files.ts'
import { foldersOf, missingFiles } from './files.ts'
import { installFlags } from './flags.ts'
import type { BootstrapInput } from './input.ts'
import { type BootstrapPlan, planSchema } from './plan-schema.ts'
import { operatorRuns, sumOfOperator } from './steps/operator.ts'

async function thereAlready(ctx: ReadContext, namespace: string): Promise<string[]> {
  if ((await ctx.kube.get(NAMESPACE, { name: namespace })) === undefined) return []
  const deployments = await ctx.kube.list(DEPLOYMENT, { namespace })
  return [`Namespace ${namespace}`, ...deployments.map(({ metadata }) => `Deployment ${namespace}/${metadata.name}`)]
}

async function operatorOf(ctx: ReadContext, { flux }: BootstrapInput['file']): Promise<BootstrapPlan['operator']> {
  if (flux.style !== 'operator') return null
  const { version, registry, artifact, insecure } = operatorPlaces(flux)
  const runs = await operatorRuns(ctx, { namespace: flux.namespace, version })
  return { version, registry, artifact, insecure, sha256: runs ? null : await sumOfOperator(ctx, { artifact, insecure }) }
}

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** A span of time as the cluster file writes it, in ms. */
export const milliseconds = (text: string): number =>
  Math.round(
    [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce((sum, [, count, unit]) => sum + Number(count) * (MS[unit ?? ''] ?? 0), 0),
  )

/** undefined where nothing is proposed. Throws OpsError `forge-unknown` (usage), `forge-unreachable`. */
export async function proposedOn(ctx: ReadContext, { file, repo: root }: BootstrapInput): Promise<ForgeRepository | undefined> {
  if (file.git.publish !== 'pr') return undefined
  const { forge: kind, url } = file.git.pullRequest ?? {}
  return findForge(ctx, { root, url: file.git.url ?? '' }, { kind, url })
}

/** Throws those of `flux install --export`, of the repository, and of the cluster. */
export async function makePlan(plain: ReadContext, input: BootstrapInput): Promise<BootstrapPlan> {
  const { file, repo: root, remote, access, forFlux, forge: place, knownHosts } = input
  const url = file.git.url ?? ''
  const repo = { root, remote, branch: file.git.branch, url, source: `${file.flux.namespace}/${file.flux.namespace}` }
  const ctx = await asFile(plain, input)
  const [identity, head, forge, missing, there, operator] = await Promise.all([
    ctx.kube.identity(),
    place?.absent ? undefined : ctx.git.remoteHead(root, remote, file.git.branch),
    proposedOn(ctx, input),
    missingFiles(ctx, input),
    thereAlready(ctx, file.flux.namespace),
    operatorOf(ctx, file),
  ])
  return planSchema.parse({
    clusterUid: identity.uid,
    context: identity.context,
    kubernetes: identity.version,
    file,
    access,
    forFlux,
    forge: place,
    knownHosts,
    pullRequest: forge === undefined ? null : { kind: forge.kind, url: forge.url, path: forge.path },
    repo: { ...repo, head: head ?? '' },
    folders: foldersOf(file),
    flags: installFlags(file),
    ...missing,
    operator,
    there,
    tool: input.tool,
    timeoutMs: milliseconds(file.wait.timeout),
    madeAt: ctx.clock.now().toISOString(),
  } satisfies BootstrapPlan)
}
