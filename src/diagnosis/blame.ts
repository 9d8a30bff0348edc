// For what else an object that is not well says that it waits. What it says of itself is never blamed on others.
import { type Component, kindOfObject } from '../flux/kinds.ts'
import type { KubeObject } from '../ports/kube.ts'
import { type Edge, edgesOf } from './edges.ts'
import { isLost } from './lost-artifacts.ts'
import { passedOverBy } from './shards.ts'
import { conditionsOf, isWell, type Sighting, type World } from './world.ts'

/** Ready=False because the source, or the chart, has nothing to give. */
const SOURCE_REASONS = new Set(['ArtifactFailed', 'SourceNotReady', 'NoSourceArtifact', 'SourceUnavailable', 'DependencyNotReady'])

/** The folder is missing in an artifact that is there; what a HelmRelease says of that is of its chart. */
const OWN_ARTIFACT = /path not found|no such file or directory/i

const UNREACHED = /connection refused|no such host|i\/o timeout|context deadline exceeded|giving up after/i

/** Who commits clones by itself, with the address and the credential of its source: what keeps the source out keeps it out too. */
const cannotCloneEither = ({ object, verdict }: Sighting, source: Sighting): boolean =>
  object.kind === 'ImageUpdateAutomation' &&
  verdict.message.startsWith('failed to checkout source: ') &&
  source.verdict.message.startsWith('failed to checkout and determine revision: ')

/** Whether what depends on it may go on: a suspended one counts with what it said last, as to the controllers. */
export function isReadyForOthers({ object, verdict }: Sighting): boolean {
  if (verdict.state === 'ready' || verdict.state === 'static') return true
  if (verdict.state !== 'suspended') return false
  const ready = conditionsOf(object).find(({ type }) => type === 'Ready')
  return ready?.status === 'True' && verdict.observed
}

const isNamed = (message: string, label: string): boolean => {
  const [kind = '', id = ''] = label.split(' ')
  return message.includes(`${kind}/${id}`) || message.includes(`'${id}'`) || message.includes(`"${id}"`)
}

function waitsFor(sighting: Sighting, { via, to }: Edge, world: World): boolean {
  const { object, verdict } = sighting
  const target = world.sightings.get(to)
  if (target === undefined) return false
  // It has failed as it could not be sent, and that is the matter of whoever it was to be sent to.
  if (via === 'provider') return verdict.state === 'failed'
  const { reason, message } = verdict
  if (via === 'dependsOn') return reason === 'DependencyNotReady' && !isReadyForOthers(target)
  // Without a message it is known of the history alone, and that names nobody.
  if (via === 'applies') return /HealthCheck/.test(reason) && !isWell(target) && (message === '' || isNamed(message, to))
  if (via === 'include') return /for include '/.test(message) && !isReadyForOthers(target)
  if (isLost(sighting, target)) return true
  const asksSource = SOURCE_REASONS.has(reason) || (object.kind === 'HelmChart' && /no artifact available/.test(message))
  const isOwn = object.kind === 'Kustomization' && OWN_ARTIFACT.test(message)
  return ((asksSource && !isOwn) || cannotCloneEither(sighting, target)) && !isReadyForOthers(target)
}

/** The controllers that are down of what an artifact comes from. */
function sourceControllers({ object }: Sighting, world: World, down: Down): string[] {
  const sources = edgesOf(object).flatMap(({ via, to }) => (via === 'source' || via === 'chart' ? (world.sightings.get(to) ?? []) : []))
  return sources.flatMap((source) => down('source-controller', source.object) ?? [])
}

/** Deployments that are down: of the controller that has to act, and of source-controller where an artifact could not be fetched. */
function controllersBlamed(sighting: Sighting, world: World, down: Down): string[] {
  const { object, verdict, triedAgain } = sighting
  const own = down(kindOfObject(object)?.component, object)
  // In a try that nobody brings to its end.
  const stands = triedAgain === true || !verdict.observed || verdict.state === 'terminating' || verdict.state === 'progressing'
  const unreached = UNREACHED.test(verdict.message) && /source-controller/.test(verdict.message)
  return [...new Set([...(own !== undefined && stands ? [own] : []), ...(unreached ? sourceControllers(sighting, world, down) : [])])]
}

/** Label of the Deployment that is down and would have to act on an object. */
export type Down = (component: Component | undefined, object: KubeObject) => string | undefined

/** Labels, each once; empty where the object is a cause itself. */
export function blameOf(sighting: Sighting, world: World, down: Down): string[] {
  // Nobody acts on it, whatever it said before.
  if (passedOverBy(sighting.object, world.watchers).length > 0) return []
  const controllers = controllersBlamed(sighting, world, down)
  // Of one that is being deleted, what it said before counts no more.
  if (controllers.length > 0 || sighting.verdict.state === 'terminating') return controllers
  return [
    ...new Set(
      edgesOf(sighting.object)
        .filter((edge) => waitsFor(sighting, edge, world))
        .map(({ to }) => to),
    ),
  ]
}
