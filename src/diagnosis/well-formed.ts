// Whatever a snapshot holds, from a cluster or from an archive, in the shape that the rest reads: texts are texts, and none is longer than can be searched.
import type { KubeObject, ObjectMeta } from '../ports/kube.ts'

/** Characters: as much as a condition of Flux may say. */
const LONGEST = 32_768
const TAIL = 2_000
/** An object has a handful. */
const MOST_CONDITIONS = 50

// biome-ignore lint/suspicious/noExplicitAny: parts of a Kubernetes object; readers narrow what they use
type Part = Record<string, any>

/** A longer text keeps its beginning and its end. */
export const clip = (text: string, longest = LONGEST): string =>
  text.length <= longest ? text : `${text.slice(0, longest - TAIL)} … ${text.slice(-TAIL)}`

/** A token in the URL of a source stands in what its controller says as well, and a diagnosis is pasted into a chat. A user alone, as of ssh://git@, is no secret. */
const withoutPasswords = (text: string): string =>
  text.includes('://') && text.includes('@')
    ? text.replace(/\b(https?:\/\/)[^/@\s]{1,400}@/gi, '$1[redacted]@').replace(/(:\/\/[^/@\s:]{0,200}):[^/@\s]{1,400}@/g, '$1:[redacted]@')
    : text

/** '' for whatever is no text. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? withoutPasswords(clip(value)) : '')

export const numberOf = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise)

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Empty for whatever is no object. */
export const partOf = (value: unknown): Part => (isPart(value) ? value : {})

/** The objects of a list; empty for whatever is no list. */
export const partsOf = (value: unknown): Part[] => (Array.isArray(value) ? value.filter(isPart) : [])

/** Most are as they have to be, and there may be ten thousand: those are not made anew. */
const isText = (value: unknown): value is string => typeof value === 'string' && textOf(value) === value
const isTextOrNone = (value: unknown): boolean => value === undefined || (isText(value) && value !== '')
const areTexts = (value: unknown): boolean => {
  if (!isPart(value)) return false
  for (const key in value) if (typeof value[key] !== 'string') return false
  return true
}

const textsOf = (value: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(partOf(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))

const optional = <T>(key: string, value: T | undefined): Record<string, T> => (value === undefined ? {} : { [key]: value })

function isMetadata(value: unknown): value is ObjectMeta {
  const { uid, namespace, generation, deletionTimestamp, creationTimestamp, labels, annotations, finalizers, name } = partOf(value)
  return (
    isText(name) &&
    isTextOrNone(uid) &&
    isTextOrNone(namespace) &&
    isTextOrNone(creationTimestamp) &&
    isTextOrNone(deletionTimestamp) &&
    (generation === undefined || typeof generation === 'number') &&
    (labels === undefined || areTexts(labels)) &&
    (annotations === undefined || areTexts(annotations)) &&
    (finalizers === undefined || (Array.isArray(finalizers) && finalizers.every((one) => isText(one) && one !== '')))
  )
}

function metadataOf(value: unknown): ObjectMeta {
  if (isMetadata(value)) return value
  const { uid, namespace, generation, deletionTimestamp, creationTimestamp, labels, annotations, finalizers, name, ...others } =
    partOf(value)
  return {
    ...others,
    ...optional('uid', textOf(uid) || undefined),
    ...optional('namespace', textOf(namespace) || undefined),
    ...optional('creationTimestamp', textOf(creationTimestamp) || undefined),
    ...optional('deletionTimestamp', textOf(deletionTimestamp) || undefined),
    ...optional('generation', typeof generation === 'number' ? generation : undefined),
    name: textOf(name),
    labels: textsOf(labels),
    annotations: textsOf(annotations),
    finalizers: Array.isArray(finalizers) ? finalizers.map(textOf).filter((one) => one !== '') : [],
  }
}

const isCondition = ({ type, status, reason, message, lastTransitionTime, observedGeneration }: Part): boolean =>
  isText(type) &&
  isText(status) &&
  isText(reason) &&
  isText(message) &&
  isText(lastTransitionTime) &&
  (observedGeneration === undefined || typeof observedGeneration === 'number')

const wellFormedCondition = (condition: Part): Part => (isCondition(condition) ? condition : conditionOf(condition))

const conditionOf = ({ type, status, reason, message, lastTransitionTime, observedGeneration }: Part): Part => ({
  type: textOf(type),
  status: textOf(status),
  reason: textOf(reason),
  message: textOf(message),
  lastTransitionTime: textOf(lastTransitionTime),
  ...optional('observedGeneration', typeof observedGeneration === 'number' ? observedGeneration : undefined),
})

/** Nearly every object of a cluster is. */
function isWellFormed({ apiVersion, kind, metadata, spec, status }: KubeObject): boolean {
  if (!isText(apiVersion) || !isText(kind) || !isMetadata(metadata) || !isPart(spec) || !isPart(status)) return false
  const { conditions } = status
  if (!Array.isArray(conditions) || conditions.length > MOST_CONDITIONS) return false
  return conditions.every((one) => isPart(one) && isCondition(one))
}

export function wellFormed(object: KubeObject): KubeObject {
  if (isWellFormed(object)) return object
  const status = partOf(object.status)
  return {
    ...object,
    apiVersion: textOf(object.apiVersion),
    kind: textOf(object.kind),
    metadata: metadataOf(object.metadata),
    spec: partOf(object.spec),
    status: { ...status, conditions: partsOf(status.conditions).slice(0, MOST_CONDITIONS).map(wellFormedCondition) },
  }
}

const countOf = (value: unknown): number => Math.min(1e9, Math.max(1, Math.floor(numberOf(value, 1))))

export function wellFormedEvent(event: KubeObject): KubeObject {
  const { kind, namespace, name } = partOf(event.involvedObject)
  return {
    ...event,
    apiVersion: textOf(event.apiVersion),
    kind: 'Event',
    metadata: metadataOf(event.metadata),
    reason: textOf(event.reason),
    message: textOf(event.message),
    firstTimestamp: textOf(event.firstTimestamp),
    lastTimestamp: textOf(event.lastTimestamp),
    eventTime: textOf(event.eventTime),
    series: { lastObservedTime: textOf(partOf(event.series).lastObservedTime) },
    count: Math.max(countOf(event.count), countOf(partOf(event.series).count)),
    involvedObject: { kind: textOf(kind), namespace: textOf(namespace), name: textOf(name) },
  }
}
