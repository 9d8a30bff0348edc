// Brings the cluster's sources to the pushed commit before any controller restarts: a fresh kustomize-controller applies whatever artifact
// it finds first, and an old one would take Flux back to the version it came from.
import { OpsError } from '../errors.ts'
import { installedCrd } from '../flux/installed.ts'
import { resourceOf } from '../flux/kinds.ts'
import { artifactRevision, commitOf } from '../flux/revisions.ts'
import type { Context, ReadContext } from '../ports/context.ts'
import type { Kube, KubeObject, KubeReader } from '../ports/kube.ts'
import { storageVersionOf } from './cluster-survey.ts'
import { findCommit, type Trailer } from './commit-and-push.ts'
import { type Installation, type Repository, selfOf } from './installation.ts'
import { request, requested } from './requests.ts'
import { CRD, nameOf, parseId, resourceOfObject } from './resources.ts'
import { waitFor } from './wait-for.ts'

export interface SourceGoal {
  readonly repo: Repository
  readonly installation: Installation
  readonly trailer: Trailer
  /** `v2.9.2`: the tag that the OCIRepository is to follow. */
  readonly tag: string
  readonly token: string
  readonly timeoutMs: number
}

/** An object of a Flux kind at its storage version. Throws OpsError `object-missing`. */
export async function readFluxObject(kube: KubeReader, kind: string, id: string): Promise<KubeObject> {
  // The one CRD and not the list of them: this is read in waits, and CRDs are large.
  const { plural, group } = resourceOf(kind, '')
  const found = await kube.get(CRD, { name: `${plural}.${group}` })
  const crd = found && installedCrd(found)
  const version = crd && storageVersionOf(crd)
  const resource = version === undefined ? undefined : resourceOf(kind, version)
  const object = resource && (await kube.get(resource, parseId(id)))
  if (resource && object) return { ...object, apiVersion: `${resource.group}/${resource.version}`, kind }
  throw new OpsError({ code: 'object-missing', message: `${kind} ${id} is not in the cluster`, hints: ['flux get all --all-namespaces'] })
}

export const atTag = (object: KubeObject, tag: string): boolean => {
  const revision = artifactRevision(object) ?? ''
  return object.spec?.ref?.tag === tag && (revision === tag || revision.startsWith(`${tag}@`))
}

/** Our commit, or the head that the branch has now: it came after ours, as nothing is ever pushed with force. */
export async function atCommit(ctx: ReadContext, repo: Repository, trailer: Trailer, revision: string | undefined): Promise<boolean> {
  const fetched = commitOf(revision)
  if (fetched === undefined) return false
  if (fetched === (await findCommit(ctx, repo, trailer))) return true
  return fetched === (await ctx.git.remoteHead(repo.root, repo.remote, repo.branch))
}

const sourceAtCommit = (ctx: ReadContext, goal: SourceGoal, source: KubeObject): Promise<boolean> =>
  atCommit(ctx, goal.repo, goal.trailer, artifactRevision(source))

const ociSource = (installation: Installation): string | undefined => selfOf(installation)?.source

export async function sourcesSynced(ctx: ReadContext, goal: SourceGoal): Promise<boolean> {
  if (!(await sourceAtCommit(ctx, goal, await readFluxObject(ctx.kube, 'GitRepository', goal.repo.source)))) return false
  const oci = ociSource(goal.installation)
  return oci === undefined || atTag(await readFluxObject(ctx.kube, 'OCIRepository', oci), goal.tag)
}

export async function syncSources(ctx: Context, goal: SourceGoal): Promise<{ revision: string }> {
  const revision = await fetchSource(ctx, goal, 'GitRepository', goal.repo.source, (source) => sourceAtCommit(ctx, goal, source))
  const oci = ociSource(goal.installation)
  if (oci !== undefined) {
    await fetchSource(ctx, goal, 'OCIRepository', oci, async (source) => atTag(source, goal.tag), {
      // Not once: an apply of the commit before, already under way when ours was fetched, sets its own tag again when it ends.
      beforeLook: () => setTag(ctx.kube, oci, goal.tag),
    })
  }
  return { revision }
}

export function syncLines(goal: Pick<SourceGoal, 'repo' | 'installation' | 'tag' | 'token'>): string[] {
  const oci = ociSource(goal.installation)
  const lines = [`annotate GitRepository ${goal.repo.source}, wait for an artifact of the pushed commit`]
  return oci === undefined ? lines : [...lines, `patch OCIRepository ${oci} spec.ref.tag=${goal.tag}, wait for its artifact`]
}

const ASK_AGAIN_MS = 10_000

async function fetchSource(
  ctx: Context,
  goal: SourceGoal,
  kind: string,
  id: string,
  arrived: (source: KubeObject) => Promise<boolean>,
  { beforeLook = async () => {} }: { readonly beforeLook?: () => Promise<void> } = {},
): Promise<string> {
  // Whether a revision is the right one may have to be asked of the remote: for each revision once, and again now and then, as a
  // mirror of the remote may be late.
  let judged: { readonly state: string; readonly at: number } | undefined
  const hasArrived = async (source: KubeObject): Promise<boolean> => {
    const state = JSON.stringify([artifactRevision(source), source.spec?.ref])
    const at = ctx.clock.now().getTime()
    if (judged?.state === state && at - judged.at < ASK_AGAIN_MS) return false
    judged = { state, at }
    return arrived(source)
  }
  return waitFor(ctx, {
    waitingFor: `${kind} ${id} to fetch ${kind === 'OCIRepository' ? goal.tag : 'the pushed commit'}`,
    timeoutMs: goal.timeoutMs,
    code: 'source-timeout',
    hints: [`flux get sources all --namespace ${parseId(id).namespace ?? ''}`, 'then:  flux-ops runs resume'],
    probe: async () => {
      await beforeLook()
      const source = await readFluxObject(ctx.kube, kind, id)
      if (await hasArrived(source)) return { done: true, value: artifactRevision(source) ?? '' }
      if (!requested(source, goal.token)) await request(ctx.kube, source, goal.token)
      return { done: false, lastSeen: sourceLine(source) }
    },
  })
}

const sourceLine = (source: KubeObject): string => {
  const ready = source.status?.conditions?.find((each: { type: string }) => each.type === 'Ready')
  return `${artifactRevision(source) ?? 'no artifact'}${ready?.status === 'False' ? `, ${ready.message}` : ''}`
}

// As kubectl would write it: kustomize-controller takes the field over when it applies the same tag from git.
async function setTag(kube: Kube, id: string, tag: string): Promise<void> {
  const source = await readFluxObject(kube, 'OCIRepository', id)
  if (source.spec?.ref?.tag === tag) return
  await kube.patch(resourceOfObject(source), nameOf(source), 'merge', { spec: { ref: { tag } } }, { fieldManager: 'kubectl' })
}
