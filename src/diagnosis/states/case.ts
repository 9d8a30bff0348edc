// What a state is given, and what it is made of.
import { kindOfObject } from '../../flux/kinds.ts'
import type { KubeObject } from '../../ports/kube.ts'
import type { Evidence, Explanation, Fix } from '../finding.ts'
import type { Remedy } from '../remedy.ts'
import { isCutShort } from '../tried-again.ts'
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

const repeatedOf = (event: KubeObject): Pick<Evidence, 'repeated'> =>
  event.count > 1 ? { repeated: { times: event.count, last: eventTime(event) || null } } : {}

/** The same but for the number of the folder that a controller makes for each try is said once. */
const sayingOf = (message: string): string => message.replaceAll(/\d{4,}/g, '#')

function evidenceOf({ conditions, world, label, verdict, triedAgain = false }: Case): Evidence[] {
  const seen = new Set<string>()
  const events = world.events(label)
  const withTimes = (one: Evidence): Evidence => {
    const event = events.find(({ message }) => sayingOf(message) === sayingOf(one.text))
    return event === undefined ? one : { ...one, ...repeatedOf(event) }
  }
  const told: Evidence[] = [
    ...(triedAgain && verdict.message === ''
      ? [{ kind: 'condition' as const, what: 'status.history', text: `the last try: ${verdict.reason}`, at: verdict.since ?? null }]
      : []),
    ...conditions
      .filter(({ message }) => !seen.has(sayingOf(message)) && seen.add(sayingOf(message)) !== undefined)
      .map(conditionEvidence)
      .map(withTimes),
  ]
  // What a controller says that was stopped in the middle of a try says nothing of the object.
  const event = events.find(({ message }) => !isCutShort(message))
  if (event === undefined || seen.has(sayingOf(event.message))) return told
  const what = `Event ${event.reason}`.trim()
  return [...told, { kind: 'event', what, text: event.message, at: eventTime(event) || null, ...repeatedOf(event) }]
}

const ORDER: Readonly<Record<Fix['rank'], number>> = { person: 0, safe: 1, never: 2 }

/** What is mended in git, or elsewhere, is taken up at once where Flux is asked for it. */
const withReconcile = ({ object, verdict }: Case, fixes: readonly Fix[]): Fix[] => {
  const isAsked = fixes.some(({ remedy }) => remedy?.does === 'reconcile' || remedy?.does === 'reset')
  const answers = verdict.state === 'failed' && kindOfObject(object)?.reconcilable === true
  return isAsked || !answers ? [...fixes] : [...fixes, reconcile('once that is mended, let Flux look again at once', object)]
}

export const explained = (
  found: Case,
  what: Pick<Explanation, 'state' | 'says' | 'fixes'> & Partial<Pick<Explanation, 'certainty' | 'evidence'>>,
): Explanation => ({
  certainty: 'certain',
  ...what,
  fixes: withReconcile(found, what.fixes).sort((one, other) => ORDER[one.rank] - ORDER[other.rank]),
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
  ImagePolicy: 'image policy',
  Receiver: 'receiver',
}

const reconcileCommand = ({ kind, metadata }: KubeObject, more = ''): string[] =>
  CLI[kind] === undefined ? [] : [`flux reconcile ${CLI[kind]} ${metadata.name} -n ${metadata.namespace}${more}`]

export const person = (says: string, ...commands: string[]): Fix => ({ rank: 'person', says, commands })
/** `remedy`: what flux-ops does all the same for somebody who names the object. */
export const never = (says: string, remedy?: Remedy): Fix => ({ rank: 'never', says, commands: [], ...(remedy && { remedy }) })

/** Nothing that Flux would not do by itself, some time later. */
export const reconcile = (says: string, object: KubeObject): Fix => ({
  rank: 'safe',
  says,
  commands: reconcileCommand(object),
  remedy: { does: 'reconcile' },
})

/** A HelmRelease that has given up begins anew. */
export const reset = (says: string, object: KubeObject): Fix => ({
  rank: 'safe',
  says,
  commands: reconcileCommand(object, ' --reset'),
  remedy: { does: 'reset' },
})
