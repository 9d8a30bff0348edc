// What checks and plan read: cluster and clone as they are, and the FluxInstance that follows from both.
import { type ClusterSurvey, ofKind, storageVersionOf, surveyCluster } from '../../src/actions/cluster-survey.ts'
import { once } from '../../src/actions/once.ts'
import { type RepositorySurvey, surveyRepository } from '../../src/actions/repository-survey.ts'
import { idOf } from '../../src/actions/resources.ts'
import { refusal } from '../../src/errors.ts'
import type { BootstrapStyle, PinStyle, Style, SyncedPath } from '../../src/flux/styles.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { KubeObject } from '../../src/ports/kube.ts'
import type { MoveInput } from './input.ts'

export { liveVersion, styleOf, syncedOf } from '../../src/actions/installation-survey.ts'

export const clusterOf = (ctx: ReadContext): Promise<ClusterSurvey> =>
  once(ctx, 'cluster', () => surveyCluster(ctx.kube, ctx.target.namespace))

export const repositoryOf = (ctx: ReadContext, { repo }: Pick<MoveInput, 'repo'>): Promise<RepositorySurvey> =>
  once(ctx, `repository ${repo}`, () => surveyRepository(ctx, repo))

export type MovableStyle = BootstrapStyle | (PinStyle & { readonly self: NonNullable<PinStyle['self']> })

/** Throws OpsError (refused) `style-unsupported`. */
export function movable(style: Style): MovableStyle {
  if (style.style === 'bootstrap') return style
  if (style.style === 'pin' && style.self !== undefined) return { ...style, self: style.self }
  const hints = 'hints' in style ? style.hints : []
  const what = style.style === 'pin' ? 'a kustomize pin that is applied by hand' : style.style
  const why = 'why' in style ? `: ${style.why}` : ''
  throw refusal('style-unsupported', `this cannot be moved to the Flux Operator by a program: ${what}${why}`, ...hints)
}

/** namespace/name of the Kustomization that applies Flux. */
export const ownerId = (style: MovableStyle): string => (style.style === 'bootstrap' ? style.owner : style.self.kustomization)

export function objectOf(cluster: ClusterSurvey, kind: string, id: string): KubeObject {
  const object = ofKind(cluster.objects, kind).find((each) => idOf(each) === id)
  if (object !== undefined) return object
  throw refusal('object-missing', `${kind} ${id} is not in the cluster`, 'flux get all --all-namespaces')
}

/** GitRepository through which the cluster follows this clone: with flux bootstrap that of the sync, else the one that most Kustomizations use. */
export function sourceOf(style: MovableStyle, synced: readonly SyncedPath[]): string {
  const own = synced.find(({ kustomization }) => style.style === 'bootstrap' && kustomization === style.owner)
  if (own !== undefined) return own.source
  const uses = new Map<string, number>()
  for (const { source } of synced) uses.set(source, (uses.get(source) ?? 0) + 1)
  const [first] = [...uses].sort((one, other) => other[1] - one[1])
  if (first !== undefined) return first[0]
  throw refusal('source-missing', 'no GitRepository of the cluster follows this repository', 'flux get sources git -A')
}

/** `source.toolkit.fluxcd.io/v1`: the version in which the cluster stores a kind. */
export function apiVersionOf(cluster: ClusterSurvey, kind: string): string | undefined {
  const crd = cluster.crds.find((each) => each.kind === kind)
  const version = crd && storageVersionOf(crd)
  return crd === undefined || version === undefined ? undefined : `${crd.group}/${version}`
}
