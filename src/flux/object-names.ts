// How a person names an object: KIND/NAME or KIND/NAMESPACE/NAME. What flux, kubectl and our own lines print is taken as well: a kind is its
// name, its plural or its short name, in any case, with or without its group, and a blank may stand where the first slash does.
import { usageError } from '../errors.ts'
import type { KubeObject } from '../ports/kube.ts'
import { FLUX_KINDS, objectLabel } from './kinds.ts'

/** A kind that can be named; the kinds of Flux are. */
export interface NamedKind {
  readonly kind: string
  /** '' for the core group. */
  readonly group: string
  readonly plural: string
  readonly namespaced: boolean
}

export interface NamedObject {
  readonly kind: NamedKind
  /** undefined: of whatever namespace has it, see `findNamed`. */
  readonly namespace: string | undefined
  readonly name: string
}

/** As the CRDs of Flux declare them, and the words of the flux CLI. */
const SHORT_NAMES: Readonly<Record<string, readonly string[]>> = {
  ArtifactGenerator: ['ag'],
  ExternalArtifact: ['ea'],
  GitRepository: ['gitrepo'],
  HelmChart: ['hc'],
  HelmRelease: ['hr'],
  HelmRepository: ['helmrepo'],
  ImagePolicy: ['imgpol', 'imagepol'],
  ImageRepository: ['imgrepo', 'imagerepo'],
  ImageUpdateAutomation: ['iua', 'imgupd', 'imgauto'],
  Kustomization: ['ks'],
  OCIRepository: ['ocirepo'],
  Provider: ['alert-provider'],
}

const LABEL = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?'
const NAMESPACE = new RegExp(`^${LABEL}$`)
const NAME = new RegExp(`^${LABEL}(\\.${LABEL})*$`)
const LONGEST_NAME = 253
const LONGEST_SHOWN = 80

const GRAMMAR = 'KIND/NAME or KIND/NAMESPACE/NAME, for example  ks/apps  or  HelmRelease/media/plex'

const shown = (text: string): string => (text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text)

const wordsOf = ({ kind, plural, group }: NamedKind): string[] => {
  const lower = kind.toLowerCase()
  return [lower, plural, ...(SHORT_NAMES[kind] ?? []), ...(group === '' ? [] : [`${lower}.${group}`, `${plural}.${group}`])]
}

/** undefined for a word that names none of them. */
export const findKindByWord = (word: string, kinds: readonly NamedKind[] = FLUX_KINDS): NamedKind | undefined =>
  kinds.find((kind) => wordsOf(kind).includes(word.toLowerCase()))

const kindNamed = (word: string, kinds: readonly NamedKind[]): NamedKind => {
  const kind = findKindByWord(word, kinds)
  if (kind !== undefined) return kind
  throw usageError('object-kind-unknown', `"${shown(word)}" is not a kind of ${kinds.map(({ kind: name }) => name).join(', ')}`, GRAMMAR)
}

/** Throws OpsError `object-kind-unknown`. */
export const parseKind = (word: string, kinds: readonly NamedKind[] = FLUX_KINDS): NamedKind => kindNamed(word, kinds)

const invalid = (text: string, why: string, ...hints: string[]): Error =>
  usageError('object-name-invalid', `"${shown(text)}" names no object: ${why}`, ...hints, GRAMMAR)

function placed(text: string, kind: NamedKind, parts: readonly string[]): NamedObject {
  const [name = '', namespace] = [...parts].reverse()
  if (parts.length === 0 || parts.length > 2 || (namespace !== undefined && !kind.namespaced)) {
    throw invalid(text, parts.length > 1 ? 'it has too many parts' : 'it has a kind and no name')
  }
  if (name.length > LONGEST_NAME || !NAME.test(name)) throw invalid(text, 'a name is of small letters, digits, - and .')
  if (namespace !== undefined && !NAMESPACE.test(namespace)) throw invalid(text, 'a namespace is of small letters, digits and -')
  return { kind, namespace, name }
}

function parseOne(text: string, kinds: readonly NamedKind[]): NamedObject {
  const [word = '', ...parts] = text.trim().split(/ +|\//)
  if (parts.length === 0) throw invalid(text, 'it has no kind', `is it  ks/${shown(word)}  or  hr/${shown(word)} ?`)
  const [second = '', last] = parts
  if (findKindByWord(word, kinds) === undefined && last !== undefined && findKindByWord(second, kinds) !== undefined) {
    throw invalid(text, 'the kind comes first', `type  ${shown(`${second}/${word}/${last}`)}`)
  }
  return placed(text, kindNamed(word, kinds), parts)
}

/**
 * What was typed, in its order, each object once. A kind that stands alone takes the next word (`HelmRelease media/plex`, as our own lines have it).
 * Throws OpsError `object-name-invalid` or `object-kind-unknown`, exit `usage`.
 */
export function parseObjectNames(words: readonly string[], kinds: readonly NamedKind[] = FLUX_KINDS): NamedObject[] {
  const found = new Map<string, NamedObject>()
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string
    const next = words[at + 1]
    const isPair = next !== undefined && findKindByWord(word, kinds) !== undefined
    if (isPair) at++
    const named = parseOne(isPair ? `${word} ${next}` : word, kinds)
    found.set(nameLabel(named), named)
  }
  return [...found.values()]
}

/** `Kind namespace/name`, or `Kind name` where no namespace was given. */
export const nameLabel = ({ kind, namespace, name }: NamedObject): string =>
  objectLabel({ kind: kind.kind, metadata: namespace === undefined ? { name } : { name, namespace } })

const typed = ({ kind, metadata }: Pick<KubeObject, 'kind' | 'metadata'>): string =>
  [kind, ...(metadata.namespace === undefined ? [] : [metadata.namespace]), metadata.name].join('/')

/**
 * The one object of this name. Without a namespace it is looked for in all of them, and two that have the name are told apart by the person.
 * Throws OpsError `object-not-found` or `object-ambiguous`, exit `usage`.
 */
export function findNamed<T extends Pick<KubeObject, 'kind' | 'metadata'>>(named: NamedObject, objects: readonly T[]): T {
  const { kind, namespace, name } = named
  const ofName = objects.filter((object) => object.kind === kind.kind && object.metadata.name === name)
  const found = ofName.filter((object) => namespace === undefined || object.metadata.namespace === namespace)
  const [only, ...others] = found
  if (only === undefined) {
    const hints =
      ofName.length === 0 ? [`kubectl get ${kind.plural}.${kind.group} -A`] : [`is it  ${ofName.map(typed).slice(0, 3).join(', ')} ?`]
    throw usageError('object-not-found', `${nameLabel(named)} does not exist`, ...hints)
  }
  if (others.length === 0) return only
  const choices = found.map(typed).slice(0, 5).join(', ')
  throw usageError('object-ambiguous', `${nameLabel(named)} is in ${found.length} namespaces`, `type which: ${choices}`)
}
