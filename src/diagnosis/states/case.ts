// What a state is given, and what it is made of.
import type { KubeObject } from '../../ports/kube.ts'
import type { Evidence, Explanation, Fix } from '../finding.ts'
import { clip } from '../well-formed.ts'
import { type Condition, conditionsOf, eventTime, type Sighting, type World } from '../world.ts'

export interface Case extends Sighting {
  readonly world: World
  readonly conditions: readonly Condition[]
  /** Everything that the controller says of it now, in one text to search in. */
  readonly said: string
}

/** Undefined: the object is not in this state. */
export type State = (found: Case) => Explanation | undefined

const BAD_WHEN_TRUE = new Set(['Stalled', 'FetchFailed', 'StorageOperationFailed', 'BuildFailed', 'IncludeUnavailable', 'ArtifactOutdated'])
const BAD_WHEN_FALSE = new Set(['Ready', 'Released', 'TestSuccess', 'Remediated', 'Healthy', 'SourceVerified'])

/** Conditions that say that something is wrong. */
const bad = ({ type, status }: Condition): boolean =>
  (status === 'True' && BAD_WHEN_TRUE.has(type)) || (status !== 'True' && BAD_WHEN_FALSE.has(type))

export function caseOf(sighting: Sighting, world: World): Case {
  const conditions = conditionsOf(sighting.object).filter(bad)
  const said = conditions.map(({ reason, message }) => `${reason} ${message}`)
  // Of a try that is under way the conditions say no more than that.
  const { verdict, triedAgain = false } = sighting
  const before = triedAgain ? [`${verdict.reason} ${verdict.message}`] : []
  return { ...sighting, world, conditions, said: clip([...before, ...said].join('\n')) }
}

const conditionEvidence = ({ type, status, reason, message, at }: Condition): Evidence => ({
  kind: 'condition',
  what: `${type}=${status} ${reason}`.trim(),
  text: message,
  at,
})

function evidenceOf({ conditions, world, label, verdict, triedAgain = false }: Case): Evidence[] {
  const seen = new Set<string>()
  const told: Evidence[] = [
    ...(triedAgain && verdict.message === ''
      ? [{ kind: 'condition' as const, what: 'status.history', text: `the last try: ${verdict.reason}`, at: verdict.since ?? null }]
      : []),
    ...conditions.filter(({ message }) => !seen.has(message) && seen.add(message) !== undefined).map(conditionEvidence),
  ]
  const event = world.events(label)[0]
  if (event === undefined || seen.has(event.message)) return told
  return [...told, { kind: 'event', what: `Event ${event.reason}`.trim(), text: event.message, at: eventTime(event) || null }]
}

const ORDER: Readonly<Record<Fix['rank'], number>> = { person: 0, safe: 1, never: 2 }

export const explained = (
  found: Case,
  what: Pick<Explanation, 'state' | 'says' | 'fixes'> & Partial<Pick<Explanation, 'certainty' | 'evidence'>>,
): Explanation => ({
  certainty: 'certain',
  ...what,
  fixes: [...what.fixes].sort((one, other) => ORDER[one.rank] - ORDER[other.rank]),
  evidence: [...(what.evidence ?? []), ...evidenceOf(found)],
})

const CLI: Readonly<Record<string, string>> = {
  GitRepository: 'source git',
  OCIRepository: 'source oci',
  HelmRepository: 'source helm',
  HelmChart: 'source chart',
  Bucket: 'source bucket',
  Kustomization: 'kustomization',
  HelmRelease: 'helmrelease',
  ImageRepository: 'image repository',
  ImageUpdateAutomation: 'image update',
  Receiver: 'receiver',
}

export const reconcileCommand = ({ kind, metadata }: KubeObject, more = ''): string[] =>
  CLI[kind] === undefined ? [] : [`flux reconcile ${CLI[kind]} ${metadata.name} -n ${metadata.namespace}${more}`]

export const safe = (says: string, ...commands: string[]): Fix => ({ rank: 'safe', says, commands })
export const person = (says: string, ...commands: string[]): Fix => ({ rank: 'person', says, commands })
export const never = (says: string): Fix => ({ rank: 'never', says, commands: [] })
