// Finds out what the move has to do here. Reads only; the result is all that the steps know.
import { surveyCluster } from '../../src/actions/cluster-survey.ts'
import { type RepositorySurvey, surveyRepository } from '../../src/actions/repository-survey.ts'
import { parseId } from '../../src/actions/resources.ts'
import { settledBaseline } from '../../src/actions/settled.ts'
import { refusal } from '../../src/errors.ts'
import type { RepoFile } from '../../src/flux/files.ts'
import { instanceText, manifestText } from '../../src/flux/operator-move/instance.ts'
import { objectsIn } from '../../src/flux/operator-move/overlay.ts'
import { bootstrapChanges, type FileChange, type Leaving, type NewFiles, pinChanges } from '../../src/flux/operator-move/repository.ts'
import { isFor, type Named } from '../../src/flux/operator-move/targets.ts'
import { isUnder } from '../../src/flux/synced-paths.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { type Derived, derive } from './derive.ts'
import type { MoveInput } from './input.ts'
import { liveVersion, type MovableStyle, movable, objectOf, ownerId, sourceOf, styleOf, syncedOf } from './inspect.ts'
import { oldObjects } from './old-objects.ts'
import { operatorObjects } from './operator.ts'
import { type MovePlan, planSchema } from './plan-schema.ts'

export async function makePlan(ctx: ReadContext, input: MoveInput): Promise<MovePlan> {
  const [identity, cluster, repository] = await Promise.all([
    ctx.kube.identity(),
    surveyCluster(ctx.kube, ctx.target.namespace),
    surveyRepository(ctx, input.repo),
  ])
  const style = movable(styleOf(cluster, repository))
  const { root, head, upstream } = repository
  if (upstream === undefined)
    throw refusal('no-upstream', `the branch checked out in ${root} follows no remote branch`, 'git branch --set-upstream-to origin/main')
  const synced = syncedOf(cluster, repository)
  const derived = await derive({ ctx, cluster, repository, style, settings: input.settings })
  const instance = instanceText(derived.instance)
  const operator = manifestText(operatorObjects(cluster, input, ctx.target.namespace))
  const owner = objectOf(cluster, 'Kustomization', ownerId(style))
  const source = sourceOf(style, synced)
  const leaves = style.style === 'pin'
  return planSchema.parse({
    clusterUid: identity.uid,
    context: identity.context,
    namespace: ctx.target.namespace,
    version: liveVersion(cluster),
    style: style.style,
    repo: { root, head, remote: upstream.remote, branch: upstream.branch, url: upstream.url, source },
    owner: ownerId(style),
    ownerLeaves: leaves,
    self: style.style === 'pin' ? style.self.source : null,
    old: oldObjects(owner, style, repository.files),
    instance: { id: `${ctx.target.namespace}/flux`, manifest: instance },
    operator: { version: input.operatorVersion, chart: input.operatorChart, manifest: operator, monitors: input.monitors },
    carried: [...derived.carried],
    dropped: [...derived.dropped],
    differences: [...derived.differences],
    overruled: [...derived.overruled],
    comparedWith: derived.from,
    files: changesOf(repository, style, { operator, instance }, derived),
    baseline: await settledBaseline(
      ctx,
      cluster.crds,
      cluster.objects.filter((object) => !goes(style, object.kind, `${object.metadata.namespace}/${object.metadata.name}`)),
    ),
    kustomizations: [...new Set(synced.filter((each) => each.source === source).map((each) => each.kustomization))].sort(),
    timeoutMs: input.timeoutSeconds * 1000,
    madeAt: ctx.clock.now().toISOString(),
  } satisfies MovePlan)
}

/** Objects of the old installation that are gone in the end, and nothing is to be proven of. */
const goes = (style: MovableStyle, kind: string, id: string): boolean =>
  style.style === 'pin' &&
  ((kind === 'Kustomization' && id === style.self.kustomization) || (kind === 'OCIRepository' && id === style.self.source))

/** Files below folders that the cluster applies which make one of two objects: those of another cluster have the same names. */
function filesThatMake(
  files: readonly RepoFile[],
  folders: readonly string[],
  names: { readonly kind: string; readonly name: string }[],
): string[] {
  const own = files.filter(
    ({ path, text }) =>
      /\.ya?ml$/.test(path) && folders.some((folder) => isUnder(path, folder)) && names.some(({ name }) => text.includes(name)),
  )
  const makes = ({ text }: RepoFile): boolean => {
    try {
      return objectsIn(text).some((object) => names.some(({ kind, name }) => object.kind === kind && object.metadata.name === name))
    } catch {
      return false
    }
  }
  return own.filter(makes).map(({ path }) => path)
}

function changesOf(repository: RepositorySurvey, style: MovableStyle, fresh: NewFiles, { makes }: Derived): FileChange[] {
  const { files } = repository
  const patch = leavingPatches(files, style, makes)
  if (style.style === 'bootstrap') return bootstrapChanges(files, style, fresh, patch)
  const [source, kustomization] = [parseId(style.self.source).name, parseId(style.self.kustomization).name]
  const folders = [style.self.file.slice(0, style.self.file.lastIndexOf('/'))]
  const others = filesThatMake(files, folders, [{ kind: 'Kustomization', name: kustomization }])
  const at = { files: [...new Set([style.self.file, ...others])], source, kustomization, bases: style.bases }
  return pinChanges(files, at, fresh, patch)
}

/** A patch goes that is for Flux and for nothing else that the file lists. */
function leavingPatches(files: readonly RepoFile[], style: MovableStyle, makes: readonly Named[]): Leaving['patch'] {
  const folders = style.style === 'bootstrap' ? [style.folder] : style.bases
  const own = style.style === 'bootstrap' ? [style.components, style.sync] : []
  const others = files
    .filter(({ path }) => folders.some((folder) => isUnder(path, folder)) && !own.includes(path))
    .flatMap(({ text }): Named[] => {
      try {
        return objectsIn(text).map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, name: metadata.name }))
      } catch {
        return []
      }
    })
  return (entry, key) => {
    const { patch, target, name } = (typeof entry === 'string' ? { patch: entry } : (entry ?? {})) as Record<string, unknown>
    if (key === 'replicas') return makes.some((object) => object.name === name)
    const carried = { patch: String(patch ?? ''), ...(target === undefined ? {} : { target: target as object }) }
    return makes.some((object) => isFor(carried, object)) && !others.some((object) => isFor(carried, object))
  }
}
