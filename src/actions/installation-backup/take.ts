// Everything that a lost cluster needs and that is not in git, read of the living one. Nothing is written.
import { needsOf } from '../../diagnosis/needs.ts'
import { refusal } from '../../errors.ts'
import { appliedBy } from '../../flux/applied-by.ts'
import { isSuspended } from '../../flux/conditions.ts'
import { type Brought, broughtBy } from '../../flux/installation/brought.ts'
import type { Content, Expected, Header, Kept } from '../../flux/installation/content.ts'
import { namedBy } from '../../flux/installation/references.ts'
import { controllersOf, installedFlux } from '../../flux/installed.ts'
import type { Applied } from '../../flux/inventories.ts'
import { keptBy } from '../../flux/kept-by.ts'
import { objectLabel } from '../../flux/kinds.ts'
import { artifactRevision } from '../../flux/revisions.ts'
import type { ReadContext } from '../../ports/context.ts'
import type { KubeObject, KubeReader, Resource } from '../../ports/kube.ts'
import { type ClusterSurvey, surveyCluster } from '../cluster-survey.ts'
import { CRD, DEPLOYMENT, FLUX_INSTANCE, idOf, NAMESPACE, resourceOfObject, SECRET } from '../resources.ts'
import { sideBySide } from '../side-by-side.ts'
import { apiVersionOf, CONFIG_MAP, OWN_TO_KUBERNETES, readNamespace, readRoles, resourceOfCrdObject } from '../system-objects.ts'
import { readAccounts } from './accounts.ts'
import { entriesOf, helmRecords, type LeftOut, readApplied } from './applied.ts'

type World = Pick<ReadContext, 'kube' | 'clock' | 'progress'>

/** Made for one moment, or by the cluster for itself. */
const NOT_KEPT = /^(kubernetes\.io\/service-account-token|bootstrap\.kubernetes\.io\/token|helm\.sh\/release\.v1)$/

const ownedBy = ({ metadata }: KubeObject): string | undefined => {
  const owner = (metadata.ownerReferences ?? []).find(({ controller }) => controller === true)
  return owner && `${owner.kind} ${owner.name}`
}

const named = (resource: Resource, object: KubeObject): Kept => ({
  resource,
  object: { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind },
})

/** Secrets of the namespace of Flux, and what Flux names anywhere: as far as Flux does not bring it from git. */
async function readSecrets(
  kube: KubeReader,
  namespace: string,
  objects: readonly KubeObject[],
): Promise<{ kept: Kept[]; leftOut: LeftOut[] }> {
  const own = (await kube.list(SECRET, { namespace })).map((object) => named(SECRET, object))
  const elsewhere = namedBy(objects).filter((one) => one.kind === 'ConfigMap' || one.namespace !== namespace)
  const read = await sideBySide(elsewhere, 8, async ({ kind, namespace: at, name }) => {
    const resource = kind === 'Secret' ? SECRET : CONFIG_MAP
    const object = await kube.get(resource, { namespace: at, name })
    return object && named(resource, object)
  })
  const leftOut: LeftOut[] = []
  const kept = [...own, ...read.filter((one) => one !== undefined)].filter(({ object }) => {
    if (NOT_KEPT.test(String(object.type)) || OWN_TO_KUBERNETES.has(`${object.kind} ${object.metadata.name}`)) return false
    if (appliedBy(object) !== undefined) return false
    const owner = ownedBy(object)
    if (owner !== undefined) leftOut.push({ what: objectLabel(object), why: `${owner} makes it` })
    return owner === undefined
  })
  return { kept, leftOut }
}

/** Of the Flux Operator: its CRDs, and of its objects those that nothing of Flux applies. */
async function readOperator(kube: KubeReader, names: readonly string[]): Promise<{ crds: Kept[]; objects: Kept[] }> {
  const own = names.filter((name) => name.endsWith(`.${FLUX_INSTANCE.group}`))
  const crds = (await sideBySide(own, 8, (name) => kube.get(CRD, { name })))
    .filter((crd) => crd !== undefined)
    .map((crd) => named(CRD, crd))
  const kinds = crds.map(({ object }) => resourceOfCrdObject(object)).filter(({ kind }) => kind !== 'FluxReport')
  const lists = await sideBySide(kinds, 4, async (resource) => (await kube.list(resource)).map((object) => named(resource, object)))
  return { crds, objects: lists.flat().filter(({ object }) => appliedBy(object) === undefined && ownedBy(object) === undefined) }
}

async function readNamespaces(kube: KubeReader, all: readonly Kept[]): Promise<Kept[]> {
  const names = [...new Set(all.flatMap(({ object }) => object.metadata.namespace ?? []))].filter(
    (name) => !/^(default|kube-.*)$/.test(name),
  )
  const read = await sideBySide(names.sort(), 8, (name) => kube.get(NAMESPACE, { name }))
  return read.filter((one) => one !== undefined).map((object) => named(NAMESPACE, object))
}

/** A status says what an applier had applied: put back where Flux will not write it anew. */
const withoutStatus = ({ resource, object }: Kept): Kept => {
  const { status: _status, ...rest } = object
  return { resource, object: rest as KubeObject }
}

async function brought(kube: KubeReader, objects: readonly KubeObject[]): Promise<Brought> {
  const entries = new Map<KubeObject, readonly Applied[]>()
  // Asked of those alone that may be frozen: a record of Helm is large.
  const first = broughtBy(objects, needsOf, () => [])
  for (const object of first.frozen) entries.set(object, await entriesOf(kube, object))
  return broughtBy(objects, needsOf, (object) => entries.get(object) ?? [])
}

function headerOf(
  survey: ClusterSurvey,
  at: {
    taken: string
    fluxOps: string
    context: string
    uid: string
    kubernetes: string
    namespace: string
    leftOut: LeftOut[]
    found: Brought
  },
): Header {
  const { found, leftOut, ...rest } = at
  const flux = installedFlux(survey.deployments, survey.crds)
  const sources = survey.objects.filter((object) => found.reasons.has(objectLabel(object)) && object.spec?.url !== undefined)
  return {
    ...rest,
    flux: flux.status === 'found' ? flux.version : null,
    keptBy: keptBy(survey.objects, survey.deployments).says,
    sources: sources.map((object) => ({
      object: objectLabel(object),
      url: String(object.spec?.url),
      revision: artifactRevision(object) ?? null,
    })),
    suspended: survey.objects.filter(isSuspended).map(objectLabel),
    waiting: found.frozen.filter((object) => !isSuspended(object)).map(objectLabel),
    leftOut,
  }
}

const MADE = new Set(['ExternalArtifact'])

/** What Flux makes by itself of others is made anew. */
const isExpected = (object: KubeObject): boolean =>
  !MADE.has(object.kind) &&
  object.metadata.deletionTimestamp === undefined &&
  !(object.kind === 'HelmChart' && appliedBy(object) !== undefined)

const expectedOf = ({ apiVersion, kind, metadata, spec }: KubeObject): Expected => ({
  apiVersion,
  kind,
  metadata: { name: metadata.name, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) },
  spec,
})

const isOperator = ({ spec }: KubeObject): boolean =>
  (spec?.template?.spec?.containers ?? []).some(({ image }: { image?: unknown }) => /(^|\/)flux-operator[:@]/.test(String(image)))

/** What in the namespace of Flux is Flux, or nobody brings: the rest comes from git, or from whoever applies it. */
function ofFlux(system: readonly Kept[]): Kept[] {
  const own = system
    .map(({ object }) => object)
    .filter((object) => object.kind === DEPLOYMENT.kind && (controllersOf([object]).length > 0 || isOperator(object)))
  const appliers = new Set(own.map(appliedBy))
  return system.filter(({ object }) => {
    const by = appliedBy(object)
    if (by === undefined || by.startsWith('FluxInstance ') || own.includes(object)) return true
    return object.kind !== DEPLOYMENT.kind && object.kind !== CONFIG_MAP.kind && appliers.has(by)
  })
}

type Parts = Omit<Content['parts'], 'namespaces'>

/** In the part that comes first. */
function eachOnce(parts: Parts): Parts {
  const seen = new Set<string>()
  const fresh = ({ resource, object }: Kept): boolean => {
    const key = `${resource.group} ${resource.kind} ${idOf(object)}`
    return !seen.has(key) && seen.add(key) !== undefined
  }
  const { secrets, crds, system, objects, controllers, applied } = parts
  return {
    secrets: secrets.filter(fresh),
    crds: crds.filter(fresh),
    system: system.filter(fresh),
    objects: objects.filter(fresh),
    controllers: controllers.filter(fresh),
    applied: applied.filter(fresh),
  }
}

export interface Taken {
  readonly content: Content
  readonly survey: ClusterSurvey
}

/** Throws OpsError `flux-missing` (refused), and what the port throws: what could not be read is not left out in silence. */
export async function takeInstallation(
  { kube, clock, progress }: World,
  { namespace, tool }: { namespace: string; tool: string },
): Promise<Taken> {
  const taken = clock.now().toISOString()
  progress({ waitingFor: 'the cluster' })
  const [identity, survey] = await Promise.all([kube.identity(), surveyCluster(kube, namespace)])
  if (survey.deployments.length === 0)
    throw refusal(
      'flux-missing',
      `no controller of Flux runs in namespace ${namespace}: there is nothing to back up`,
      'its namespace:  --namespace NAME',
    )
  const { objects } = survey
  const found = await brought(kube, objects)
  const [secrets, applied, records, operator, system, roles, accounts] = await Promise.all([
    readSecrets(kube, namespace, [...objects, ...survey.fluxInstances]),
    readApplied(kube, found.applied),
    helmRecords(
      kube,
      found.frozen.filter(({ kind }) => kind === 'HelmRelease'),
    ),
    readOperator(kube, survey.crdNames),
    readNamespace(kube, namespace),
    readRoles(kube, namespace),
    readAccounts(kube, objects),
  ])
  const frozen = new Set(found.frozen.map(objectLabel))
  const own = objects
    .filter((object) => found.reasons.has(objectLabel(object)))
    .map((object) => ({ resource: resourceOfObject(object), object }))
    .map((one) => (frozen.has(objectLabel(one.object)) ? one : withoutStatus(one)))
  const here = ofFlux(system)
  const isController = ({ resource }: Kept): boolean => resource.kind === DEPLOYMENT.kind
  const parts = eachOnce({
    secrets: secrets.kept,
    crds: [...survey.crdObjects.map((object) => named(CRD, object)), ...operator.crds].map(withoutStatus),
    system: [...here.filter((one) => !isController(one)), ...roles, ...accounts].map(withoutStatus),
    objects: own,
    controllers: [...here.filter(isController), ...operator.objects].map(withoutStatus),
    applied: [...records.kept, ...applied.kept].map(withoutStatus),
  })
  const { uid, context, version } = identity
  const header = headerOf(survey, {
    taken,
    fluxOps: tool,
    context,
    uid,
    kubernetes: version,
    namespace,
    leftOut: [...secrets.leftOut, ...records.leftOut, ...applied.leftOut],
    found,
  })
  const namespaces = (await readNamespaces(kube, Object.values(parts).flat())).map(withoutStatus)
  return { content: { header, parts: { namespaces, ...parts }, expected: objects.filter(isExpected).map(expectedOf) }, survey }
}
