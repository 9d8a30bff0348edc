// The proof at the end of an upgrade and of a rollback: the right version runs, and every object that was Ready has reconciled again and is Ready.
import { OpsError } from '../errors.ts'
import { findCrd, release } from '../flux/catalogue/index.ts'
import { isSuspended } from '../flux/conditions.ts'
import { type InstalledCrd, installedFlux } from '../flux/installed.ts'
import type { Component } from '../flux/kinds.ts'
import { type BaselineEntry, type Comparison, compare, type Standing } from '../flux/readiness.ts'
import { appliedRevision, artifactRevision } from '../flux/revisions.ts'
import type { ReadContext } from '../ports/context.ts'
import type { KubeObject } from '../ports/kube.ts'
import { readCrds, readDeployments, readObjects } from './cluster-survey.ts'
import type { Trailer } from './commit-and-push.ts'
import { instanceBehind, readInstance } from './flux-instance.ts'
import type { Repository } from './installation.ts'
import { shorten } from './reconcile.ts'
import { idOf } from './resources.ts'
import { waitForRollout } from './rollout.ts'
import { atCommit, atTag } from './sync-source.ts'
import { paceOf, type Seen, waitFor } from './wait-for.ts'
import { readWarnings } from './warnings.ts'

export interface Proof {
  readonly version: string
  readonly baseline: readonly BaselineEntry[]
  readonly token: string
  readonly repo: Repository
  readonly trailer: Trailer
  /** namespace/name of the Kustomizations that apply folders of the repository. */
  readonly kustomizations: readonly string[]
  readonly timeoutMs: number
  /** ISO 8601: events before it are not told. */
  readonly since: string
  /** ISO 8601: when the objects were asked to reconcile. An answer to whoever asked after that counts as well. */
  readonly askedAt?: string | undefined
  /** Where Flux applies itself from an OCIRepository: that must have arrived as well, or Flux would go back by itself. */
  readonly self?: { readonly source: string; readonly kustomization: string } | null
  /** namespace/name of the FluxInstance, where the Flux Operator keeps Flux: it has to call the version healthy itself. */
  readonly instance?: string | undefined
}

export type Proven = {
  readonly version: string
  readonly controllers: readonly string[]
  readonly reconciled: number
  readonly brokenBefore: readonly string[]
  /** Came since the plan was made and are not ready: nothing is known of how they were before. */
  readonly newcomers: readonly string[]
  readonly suspended: readonly string[]
  readonly revision: string
  /** Warning events of objects that are not proven well. */
  readonly warnings: readonly string[]
  /** Warning events of what is well by now. */
  readonly passed: readonly string[]
}

/** Throws OpsError `verify-failed`, naming every object that is not as it was and what it says. */
export async function verifyFlux(ctx: ReadContext, proof: Proof): Promise<Proven> {
  await waitForRollout(ctx, proof.version, proof.timeoutMs)
  const crds = await proveVersions(ctx, proof.version)
  const { comparison, revision, newcomers } = await waitForObjects(ctx, proof, crds)
  // Flux has applied itself meanwhile; where that differs from what we applied, its controllers are rolled out once more.
  const controllers = await waitForRollout(ctx, proof.version, proof.timeoutMs)
  const warnings = await readWarnings(ctx, proof.since, new Set(comparison.done.map((each) => each.label)))
  return {
    version: proof.version,
    controllers,
    reconciled: comparison.done.length,
    brokenBefore: comparison.brokenBefore.map(tell),
    newcomers: newcomers.map(tell),
    suspended: comparison.suspended.map((each) =>
      each.before?.state === 'ready' ? `${each.label}: suspended since the run began` : each.label,
    ),
    revision,
    warnings: warnings.standing,
    passed: warnings.passed,
  }
}

/** CRDs and controllers of one release, and no CRD that still stores a version which that release does not have. */
async function proveVersions(ctx: ReadContext, version: string): Promise<InstalledCrd[]> {
  const [{ crds }, deployments] = await Promise.all([readCrds(ctx.kube), readDeployments(ctx.kube, ctx.target.namespace)])
  const installed = installedFlux(deployments, crds, version)
  if (installed.status !== 'found' || installed.version !== version) {
    const saw =
      installed.status === 'found'
        ? [`Flux ${installed.version} is installed`]
        : installed.status === 'none'
          ? ['no Flux is installed']
          : installed.lines
    throw failed(`the cluster does not run Flux ${version}`, saw)
  }
  const lost = missingCrds(crds, installed.components, version)
  if (lost.length > 0) throw failed(`CRDs of Flux ${version} are not in the cluster`, lost)
  const leftovers = crds.flatMap((crd) => leftoversOf(crd, version, installed.components))
  if (leftovers.length > 0) throw failed('API versions that are gone are still in status.storedVersions', leftovers)
  return crds
}

/** CRDs that the running controllers of a release need and that are not there. */
export function missingCrds(crds: readonly InstalledCrd[], components: readonly Component[], version: string): string[] {
  const there = new Set(crds.map((crd) => crd.name))
  return release(version)
    .crds.filter((crd) => components.includes(crd.component) && !there.has(crd.name))
    .map((crd) => crd.name)
}

/** CRDs of components that do not run are left as they are: nobody has migrated or replaced them. */
export function leftoversOf(crd: InstalledCrd, version: string, components: readonly Component[]): string[] {
  const facts = findCrd(release(version), crd.group, crd.kind)
  if (!facts || !components.includes(facts.component)) return []
  const known = new Set(facts.versions.map((each) => each.name))
  return crd.storedVersions.filter((stored) => !known.has(stored)).map((stored) => `${crd.name}: ${stored}`)
}

interface Round {
  readonly comparison: Comparison
  readonly revision: string
  readonly newcomers: readonly Standing[]
  /** Was ready and will not be again by waiting. */
  readonly given: readonly string[]
  readonly open: readonly string[]
}

const tell = (each: Standing): string => `${each.label}: ${each.why}`

/** How long an object may be stalled before it counts: until the Kustomization above it has written its new spec. */
const STALLED_MS = 15_000

async function waitForObjects(ctx: ReadContext, proof: Proof, crds: readonly InstalledCrd[]): Promise<Round> {
  let last: Round | undefined
  let stalledAt: number | undefined
  const probe = async (): Promise<Seen<Round>> => {
    const round = await look(ctx, proof, crds)
    const now = ctx.clock.now().getTime()
    last = round
    stalledAt = round.given.length === 0 ? undefined : (stalledAt ?? now)
    if (stalledAt !== undefined && now - stalledAt >= STALLED_MS) {
      throw failed(`stalled, and will not be ready by waiting: ${shorten(round.given)}`, round.open)
    }
    return round.open.length === 0 ? { done: true, value: round } : { done: false, lastSeen: shorten(round.open, 3) }
  }
  try {
    return await waitFor(ctx, {
      waitingFor: `${proof.baseline.length} objects to have reconciled with Flux ${proof.version}`,
      timeoutMs: proof.timeoutMs,
      everyMs: Math.max(1000, paceOf(proof.baseline.length)),
      code: 'verify-timeout',
      probe,
    })
  } catch (error) {
    if (!(error instanceof OpsError && error.code === 'verify-timeout')) throw error
    throw failed(`not every object is as it was before within ${proof.timeoutMs / 1000} s`, last?.open ?? [])
  }
}

async function look(ctx: ReadContext, proof: Proof, crds: readonly InstalledCrd[]): Promise<Round> {
  const objects = await readObjects(ctx.kube, crds)
  const comparison = compare(proof.baseline, objects, {
    token: proof.token,
    release: release(proof.version),
    ...(proof.askedAt === undefined ? {} : { since: proof.askedAt }),
  })
  const { revision, behind } = await revisions(ctx, proof, objects)
  const behindOperator =
    proof.instance === undefined ? undefined : instanceBehind(await readInstance(ctx.kube, proof.instance), proof.version)
  const unwell = [...comparison.broken, ...comparison.waiting]
  const known = unwell.filter((each) => each.before !== undefined)
  return {
    comparison,
    revision,
    newcomers: unwell.filter((each) => each.before === undefined),
    given: known.filter((each) => each.now?.terminal).map((each) => each.label),
    open: [
      ...[...known, ...comparison.gone].map(tell),
      ...behind,
      ...selfBehind(proof, objects),
      ...(behindOperator === undefined ? [] : [behindOperator]),
    ],
  }
}

/** The source has the branch's head, and so has every Kustomization that applies it. */
async function revisions(ctx: ReadContext, proof: Proof, objects: readonly KubeObject[]): Promise<{ revision: string; behind: string[] }> {
  const source = objects.find((object) => object.kind === 'GitRepository' && idOf(object) === proof.repo.source)
  const revision = (source && artifactRevision(source)) ?? ''
  if (!(await atCommit(ctx, proof.repo, proof.trailer, revision))) {
    return {
      revision,
      behind: [`GitRepository ${proof.repo.source}: at ${revision || 'no revision'}, not at the head of ${proof.repo.branch}`],
    }
  }
  const ready = new Set(proof.baseline.filter((entry) => entry.verdict.state === 'ready').map((entry) => entry.label))
  const behind = objects
    .filter((object) => object.kind === 'Kustomization' && proof.kustomizations.includes(idOf(object)))
    .filter((object) => ready.has(`Kustomization ${idOf(object)}`) && !isSuspended(object))
    .filter((object) => appliedRevision(object) !== revision)
    .map((object) => `Kustomization ${idOf(object)}: applied ${appliedRevision(object) ?? 'nothing'}, not ${revision}`)
  return { revision, behind }
}

/** What of the self-management from an OCIRepository has not arrived yet. */
function selfBehind({ self, version }: Proof, objects: readonly KubeObject[]): string[] {
  if (!self) return []
  const tag = `v${version}`
  const source = objects.find((object) => object.kind === 'OCIRepository' && idOf(object) === self.source)
  if (!source || !atTag(source, tag))
    return [`OCIRepository ${self.source}: at ${(source && artifactRevision(source)) ?? 'no artifact'}, not at ${tag}`]
  const owner = objects.find((object) => object.kind === 'Kustomization' && idOf(object) === self.kustomization)
  if (owner && (isSuspended(owner) || appliedRevision(owner) === artifactRevision(source))) return []
  return [`Kustomization ${self.kustomization}: applied ${(owner && appliedRevision(owner)) ?? 'nothing'}, not ${artifactRevision(source)}`]
}

const failed = (what: string, items: readonly string[]): OpsError =>
  new OpsError({
    code: 'verify-failed',
    message: [what, ...items.slice(0, 20).map((item) => `  ${item}`)].join('\n'),
    hints: ['look at the objects named here; when they are well again:  flux-ops runs resume'],
  })
