// Finds out what this upgrade has to do here. Reads only; the result is all that the steps know.
import { surveyCluster } from '../../src/actions/cluster-survey.ts'
import { installFlags } from '../../src/actions/gotk.ts'
import { installationOf, type Repository, type WritableStyle } from '../../src/actions/installation.ts'
import { type RepositorySurvey, surveyRepository } from '../../src/actions/repository-survey.ts'
import { settledBaseline } from '../../src/actions/settled.ts'
import { migrationNeeds } from '../../src/actions/storage-migration.ts'
import { OpsError, refusal } from '../../src/errors.ts'
import { findCrd, type ReleaseFacts } from '../../src/flux/catalogue/index.ts'
import type { InstalledCrd } from '../../src/flux/installed.ts'
import type { Component } from '../../src/flux/kinds.ts'
import type { ManifestFinding } from '../../src/flux/manifests.ts'
import type { Pin } from '../../src/flux/pins.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { assertOneHop, plannedChart } from './chart.ts'
import { otherFacts, outlook, plannedFacts } from './facts.ts'
import { chainPart } from './hops.ts'
import type { UpgradeInput } from './input.ts'
import { chainOf, componentsOf, forgeFor, liveVersion, removedApis, sourceOf, styleOf, supported, syncedOf, targetOf } from './inspect.ts'
import { type PlannedPin, planSchema, type UpgradePlan } from './plan-schema.ts'
import { assertProposable } from './proposal/possible.ts'
import { inPullRequest } from './pull-request.ts'
import { isEditable } from './steps/pin.ts'

export async function makePlan(ctx: ReadContext, input: UpgradeInput): Promise<UpgradePlan> {
  const target = targetOf(input)
  const [identity, cluster, clone] = await Promise.all([
    ctx.kube.identity(),
    surveyCluster(ctx.kube, ctx.target.namespace),
    surveyRepository(ctx, input.repo),
  ])
  const repository = await inPullRequest(ctx, input, clone, cluster)
  const from = liveVersion(cluster)
  const style = supported(styleOf(cluster, repository))
  assertPinned(style)
  const components = componentsOf(style)
  const chain = chainOf(cluster, components, { from, to: target.version, kubernetes: identity.version, via: input.via })
  assertOneHop(
    style,
    chain.map((hop) => hop.to),
  )
  const chart = await plannedChart(ctx, input, style)
  const pins = editablePins(style, target.version, chart?.to)
  const apis = await removedApis(ctx, cluster, repository, target.version, chain)
  const synced = syncedOf(cluster, repository)
  const source = sourceOf(synced)
  const applied = cluster.crds.filter((crd) => isApplied(crd, target, components))
  const facts = plannedFacts(await outlook(ctx, cluster, repository, chain))
  return planSchema.parse({
    clusterUid: identity.uid,
    context: identity.context,
    namespace: ctx.target.namespace,
    from,
    to: target.version,
    repo: repositoryOfPlan(repository, source),
    installation: installationOf(style),
    ...(chart === undefined ? {} : { chart }),
    tree: apis.tree,
    migrate: { paths: apis.changes.length > 0 ? apis.tree : [], changes: apis.changes },
    unmigrated: apis.left.map(findingKey),
    pins,
    gotkFlags: gotkFlags(style, repository, ctx.target.namespace),
    stored: Object.fromEntries(cluster.crds.map((crd) => [crd.name, crd.storedVersions])),
    ...(input.ci === true ? { forReview: true } : {}),
    storage: migrationNeeds(cluster.crds, cluster.objects),
    ...(input.migrateWith === 'flux' ? { migrateWith: 'flux' } : {}),
    ...chainPart(chain, apis, pins, applied),
    baseline: await settledBaseline(ctx, cluster.crds, cluster.objects),
    // Of another GitRepository of this very repository the revision is not ours to compare.
    kustomizations: [...new Set(synced.filter((each) => each.source === source).map((each) => each.kustomization))].sort(),
    recipients: input.backupRecipients,
    secrets: input.backupRecipients.length > 0,
    crdCount: cluster.crds.length,
    controllers: cluster.installed.status === 'found' ? cluster.installed.components : [],
    facts,
    otherFacts: otherFacts(facts),
    ...(await pullRequestPart(ctx, input, repository, () => assertProposable(chain.map((hop) => hop.to)))),
    timeoutMs: input.timeoutSeconds * 1000,
    madeAt: ctx.clock.now().toISOString(),
  })
}

/** Operator and helm-controller go to what their one pin says: with a range there is nothing that a run could change or wait for. */
function assertPinned(style: WritableStyle): void {
  if ((style.style !== 'operator' && style.style !== 'helm') || style.pin.kind !== 'needs-person') return
  const { file, line, text, why } = style.pin
  throw refusal('pin-unclear', `${file}:${line} ${text}: ${why}`, 'write the version that runs, push, wait until it is applied')
}

async function pullRequestPart(
  ctx: ReadContext,
  input: UpgradeInput,
  repository: RepositorySurvey,
  assertPossible: () => void,
): Promise<object> {
  if (input.pullRequest === undefined) return {}
  // What no forge could help is said before one is looked for.
  assertPossible()
  const forge = await forgeFor(ctx, input, repository)
  if (forge === undefined) return {}
  return { pullRequest: { kind: forge.kind, url: forge.url, path: forge.path } }
}

function isApplied(crd: InstalledCrd, target: ReleaseFacts, components: readonly Component[] | undefined): boolean {
  const component = findCrd(target, crd.group, crd.kind)?.component
  return components === undefined || component === undefined || components.includes(component)
}

/** A finding as a plan remembers it: without the line, which moves when others push. */
export const findingKey = (finding: ManifestFinding): string => `${finding.file} ${finding.kind} ${finding.name} ${finding.apiVersion}`

function repositoryOfPlan(repository: RepositorySurvey, source: string): Repository {
  const { root, head, upstream } = repository
  if (!upstream)
    throw refusal('no-upstream', `the branch checked out in ${root} follows no remote branch`, 'git branch --set-upstream-to origin/main')
  return { root, head, remote: upstream.remote, branch: upstream.branch, url: upstream.url, source }
}

/** Pins that are not at the target yet and that a program may edit. `chart`: version of the chart that holds the target. */
export const editablePins = (style: WritableStyle, to: string, chart?: string): PlannedPin[] =>
  pinsOf(style)
    .filter(isEditable)
    .filter((pin) => pin.version !== (chart ?? to))
    .map(({ kind, file, line, column, endColumn, text, version }) => ({
      ...{ kind, file, line, column, endColumn, text, version },
      ...(chart === undefined ? {} : { to: chart }),
    }))

export const pinsOf = (style: WritableStyle): readonly Pin[] => (style.style === 'pin' ? style.pins : [style.pin])

function gotkFlags(style: WritableStyle, repository: RepositorySurvey, namespace: string): string[] | null {
  if (style.style !== 'bootstrap') return null
  const file = repository.files.find((each) => each.path === style.components)
  const components = style.pin.components ?? []
  if (file && components.length > 0) return installFlags(file.text, components, namespace)
  throw new OpsError({
    code: 'gotk-components-unclear',
    message: `${style.components} does not say in its header which components it holds`,
    hints: ['write it again with the version that runs:  flux install --export --components=…'],
  })
}
