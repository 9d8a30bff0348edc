// From what runs to the FluxInstance: settings that the repository patches in are carried, what no patch explains is kept by one more, and what is
// left over of differences is named.
import { parse } from 'yaml'
import type { ClusterSurvey } from '../../src/actions/cluster-survey.ts'
import { headerVersion } from '../../src/actions/gotk.ts'
import { entryLabel, isOfFlux } from '../../src/actions/operator-move/inventory.ts'
import { type Base, releaseManifests, type WouldBe, wouldBe } from '../../src/actions/operator-move/would-be.ts'
import type { RepositorySurvey } from '../../src/actions/repository-survey.ts'
import { NAMESPACE_KINDS } from '../../src/actions/resources.ts'
import { pullSelfArtifact } from '../../src/actions/self-artifact.ts'
import { type Carried, type CarriedPatch, carriedOfFile, carriedOfOwner } from '../../src/flux/operator-move/carried.ts'
import { type Difference, deploymentDifferences, syncDifferences } from '../../src/flux/operator-move/effective.ts'
import { type InstanceFacts, instanceObject, type Synced } from '../../src/flux/operator-move/instance.ts'
import { namedOf, objectsIn } from '../../src/flux/operator-move/overlay.ts'
import { isEnvironment, keepingPatches, reasonOf, shown } from '../../src/flux/operator-move/reasons.ts'
import { isFor, type Named, patchName } from '../../src/flux/operator-move/targets.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { KubeObject } from '../../src/ports/kube.ts'
import { controllerPatches, fieldsSet, type Settings } from '../../src/scaffold/controller-patches.ts'
import { liveVersion, type MovableStyle, objectOf, ownerId, sourceOf, syncedOf } from './inspect.ts'
import { oldObjects } from './old-objects.ts'
import type { Overruled, PlannedDifference } from './plan-schema.ts'

export interface Derived {
  readonly instance: KubeObject
  readonly carried: readonly string[]
  readonly dropped: readonly string[]
  readonly differences: readonly PlannedDifference[]
  /** What patches of the repository say of fields that flags set. */
  readonly overruled: readonly Overruled[]
  /** What the operator's manifests were taken from. */
  readonly from: string
  /** What a FluxInstance has no place for. */
  readonly left: readonly string[]
  /** Objects of Flux' own manifests that the operator makes, before patches. */
  readonly makes: readonly Named[]
}

interface World {
  readonly ctx: ReadContext
  readonly cluster: ClusterSurvey
  readonly repository: RepositorySurvey
  readonly style: MovableStyle
  /** Asked for by flags: they count before what runs, and before patches of the repository. */
  readonly settings: Settings
}

const NETWORK_POLICIES = ['allow-egress', 'allow-scraping', 'allow-webhooks']

async function hasPolicies(ctx: ReadContext): Promise<boolean> {
  const resource = NAMESPACE_KINDS.find(({ kind }) => kind === 'NetworkPolicy')
  const found = resource === undefined ? [] : await ctx.kube.list(resource, { namespace: ctx.target.namespace, metadataOnly: true })
  return found.some(({ metadata }) => NETWORK_POLICIES.includes(metadata.name))
}

/** What the FluxInstance makes as well: the sync of flux bootstrap, both objects under one name. */
function syncedPair({ cluster, style, repository }: World): Synced | undefined {
  if (style.style !== 'bootstrap') return undefined
  const source = objectOf(cluster, 'GitRepository', sourceOf(style, syncedOf(cluster, repository)))
  return { source, kustomization: objectOf(cluster, 'Kustomization', style.owner) }
}

function carriedBy({ cluster, repository, style }: World): Carried {
  if (style.style === 'pin') return carriedOfOwner(objectOf(cluster, 'Kustomization', ownerId(style)))
  const file = repository.files.find(({ path }) => path === style.kustomization)
  if (file === undefined) return { patches: [], labels: {}, annotations: {}, left: [] }
  const read = (path: string): string | undefined => repository.files.find((each) => each.path === path)?.text
  return carriedOfFile(parse(file.text, { maxAliasCount: 100 }) ?? {}, file.path, read)
}

/** What git or the registry has of this very release. What somebody has changed in the file by hand is seen when the operator has taken over, before git changes. */
async function standIn({ ctx, cluster, repository, style }: World): Promise<Base | undefined> {
  const version = liveVersion(cluster)
  if (style.style === 'bootstrap') {
    const file = repository.files.find(({ path }) => path === style.components)
    return file !== undefined && headerVersion(file.text) === version ? { text: file.text, from: file.path } : undefined
  }
  const pulled = await pullSelfArtifact(ctx, { source: style.self.source, path: style.self.path }, `v${version}`)
  return pulled.status === 'pulled' ? pulled : undefined
}

const liveOf = ({ cluster }: World, synced: Synced | undefined): KubeObject[] => [
  ...cluster.deployments.map((each) => ({ ...each, kind: 'Deployment' })),
  ...(synced === undefined ? [] : [synced.source, synced.kustomization]),
]

function differencesOf(live: readonly KubeObject[], { objects }: WouldBe): Difference[] {
  return live.flatMap((object) => {
    const would = objects.find((each) => each.kind === object.kind && each.metadata.name === object.metadata.name)
    if (would === undefined) return []
    return object.kind === 'Deployment' ? deploymentDifferences(object, would) : syncDifferences(object, would)
  })
}

/** Maps that a patch adds to and the operator's own manifests do not have. */
function missingMaps({ bare }: WouldBe): Map<string, ReadonlySet<string>> {
  return new Map(
    bare.map((object) => {
      const template = object.spec?.template
      const missing = [
        ...(template?.metadata?.annotations === undefined ? ['/spec/template/metadata/annotations'] : []),
        ...(template?.spec?.nodeSelector === undefined ? ['/spec/template/spec/nodeSelector'] : []),
      ]
      return [`${object.kind} ${object.metadata.namespace}/${object.metadata.name}`, new Set(missing)]
    }),
  )
}

async function factsOf(world: World, carried: Carried): Promise<InstanceFacts> {
  const { ctx, cluster } = world
  const [networkPolicy, openshift] = await Promise.all([hasPolicies(ctx), ctx.kube.kinds(['security.openshift.io'])])
  return {
    namespace: ctx.target.namespace,
    version: liveVersion(cluster),
    components: cluster.installed.status === 'found' ? cluster.installed.components : [],
    deployments: cluster.deployments,
    networkPolicy,
    openshift: openshift.length > 0,
    labels: carried.labels,
    annotations: carried.annotations,
    synced: syncedPair(world),
  }
}

const fieldOf = ({ object, path }: Pick<Difference, 'object' | 'path'>): string => `${object} ${path}`

interface Asked {
  readonly patches: readonly CarriedPatch[]
  /** `Deployment namespace/name path` of every field that they set. */
  readonly fields: ReadonlySet<string>
}

function askedBy({ ctx, settings }: World, { version, components }: InstanceFacts): Asked {
  const controllers = { version, components }
  const { namespace } = ctx.target
  const fields = fieldsSet(settings, controllers).map(({ component, path }) =>
    fieldOf({ object: `Deployment ${namespace}/${component}`, path }),
  )
  return { patches: controllerPatches(settings, controllers), fields: new Set(fields) }
}

/** What patches of the repository have made of fields that flags set, where the two do not agree. */
async function overruledBy(
  ctx: ReadContext,
  base: string,
  facts: InstanceFacts,
  asked: Asked,
  carried: WouldBe,
  last: WouldBe,
): Promise<Overruled[]> {
  if (asked.patches.length === 0) return []
  const plain = await wouldBe(ctx, base, instanceObject(facts, []))
  const patched = new Set(differencesOf(plain.objects, carried).map(fieldOf))
  return differencesOf(carried.objects, last)
    .filter((each) => asked.fields.has(fieldOf(each)) && patched.has(fieldOf(each)))
    .map(({ object, path, now, under }) => ({ object, path, patch: shown(path, now), flag: shown(path, under) }))
}

/** Throws OpsError `patches-refused`, and those of `flux install --export` and of the API server's dry run. */
export async function derive(world: World): Promise<Derived> {
  const { ctx } = world
  const found = carriedBy(world)
  const facts = await factsOf(world, found)
  const asked = askedBy(world, facts)
  const { text: base, from } = await releaseManifests(ctx, instanceObject(facts, []), () => standIn(world))
  const live = liveOf(world, facts.synced)
  const makes = [...objectsIn(base), ...(facts.synced === undefined ? [] : [facts.synced.source, facts.synced.kustomization])].map(namedOf)
  const isUseful = (patch: CarriedPatch): boolean => makes.some((object) => isFor(patch, object))
  const carried = found.patches.filter(isUseful)
  const first = await wouldBe(ctx, base, instanceObject(facts, carried))
  const open = differencesOf(live, first).filter((each) => reasonOf(each, ctx.target.namespace) === 'kept')
  const environments = open.filter(isEnvironment)
  const keepable = open.filter((each) => !isEnvironment(each))
  const kept = keepingPatches(keepable, missingMaps(first))
  // The last one of a flag counts, and the last patch of a field.
  const instance = instanceObject(facts, [...carried, ...kept, ...asked.patches])
  const last = kept.length + asked.patches.length === 0 ? first : await wouldBe(ctx, base, instance)
  return {
    instance,
    from,
    carried: carried.map(patchName),
    dropped: found.patches.filter((patch) => !isUseful(patch)).map(patchName),
    differences: [
      ...keepable.filter((each) => !asked.fields.has(fieldOf(each))).map((each) => planned(each, 'kept')),
      ...differencesOf(live, last).map((each) => planned(each, reasonNow(each, asked, ctx.target.namespace))),
    ],
    overruled: await overruledBy(ctx, base, facts, asked, first, last),
    left: [...found.left, ...strangers(world, makes), ...unknownKinds(world), ...environments.map(byHand), ...openAddress(facts.synced)],
    makes,
  }
}

/** Of a difference that is there with every patch. */
function reasonNow(difference: Difference, { fields }: Asked, namespace: string): PlannedDifference['reason'] {
  if (fields.has(fieldOf(difference))) return 'asked'
  const reason = reasonOf(difference, namespace)
  // One that is still there behind its own patch is one that nothing keeps.
  return reason === 'kept' ? 'lost' : reason
}

const planned = ({ object, path, now, under }: Difference, reason: PlannedDifference['reason']): PlannedDifference => ({
  object,
  path,
  now: shown(path, now),
  under: shown(path, under),
  reason,
})

/** It would stand in the FluxInstance, and in the record of this run. */
const openAddress = (synced: Synced | undefined): string[] =>
  /\/\/[^/@\s]*:[^/@\s]+@/.test(String(synced?.source.spec?.url ?? ''))
    ? [`GitRepository ${synced?.source.metadata.name}: its address holds a password; put that into the Secret that it names`]
    : []

const byHand = ({ object, path, now, under }: Difference): string =>
  `${object}: its environment is not as git says (${shown(path, now) ?? 'none'}; by git ${shown(path, under) ?? 'none'}), and may hold what is secret`

/** With flux bootstrap what the operator does not make is kept from being deleted one by one, and for that its kind has to be known. */
function unknownKinds({ cluster, style, repository }: World): string[] {
  if (style.style !== 'bootstrap') return []
  return oldObjects(objectOf(cluster, 'Kustomization', style.owner), style, repository.files)
    .filter((entry) => !isOfFlux(entry))
    .map((entry) => `${entryLabel(entry)}: stands in the files of Flux itself and is nothing of Flux; move it to a file of its own`)
}

/** Controllers of Flux that the operator would not know: shards, and copies under other names. */
const strangers = ({ cluster }: World, makes: readonly Named[]): string[] =>
  cluster.deployments
    .filter(({ metadata }) => !makes.some(({ kind, name }) => kind === 'Deployment' && name === metadata.name))
    .map(({ metadata }) => `Deployment ${metadata.namespace}/${metadata.name}: a controller under a name of its own`)
