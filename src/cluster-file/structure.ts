// What the schema finds, as sentences with a place and a hint. The hints are made from the schema itself: its examples, enums and fields.
import type * as z from 'zod'
import { nearest } from '../nearest.ts'
import type { Places, Span } from './places.ts'
import { fieldName, type Problem } from './problem.ts'
import { clusterFileSchema, clusterJsonSchema, fieldAt, type JsonSchema } from './schema.ts'
import { adviceFor, MOVED } from './text-advice.ts'

type Path = readonly PropertyKey[]
type Issue = z.core.$ZodIssue

/** A name that is a word may be repeated; what has digits in it, or is long, may be a value that slipped to the left of a colon. */
const isWord = (name: string): boolean => /^[A-Za-z][A-Za-z-]{0,23}$/.test(name)

const listed = (names: readonly string[]): string => names.join(', ')

/** What YAML would read as something else. */
const NEEDS_QUOTES = /^$|^[-?:,[\]{}#&*!|>'"%@`\s]|: |\s#|:$|^[0-9.]+$/

const exampleOf = (schema: JsonSchema | undefined): string | undefined => {
  const example = schema?.examples?.[0] ?? schema?.default ?? schema?.const ?? schema?.enum?.[0]
  if (example === undefined) return undefined
  return typeof example === 'string' && NEEDS_QUOTES.test(example) ? JSON.stringify(example) : flow(example)
}

const flow = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const fields = Object.entries(value).map(([name, each]) => `${name}: ${flow(each)}`)
  return `{${fields.join(', ')}}`
}

const lastName = (path: Path): string => String(path.findLast((step) => typeof step === 'string') ?? '')

/** `version: 2.9.4`; of an item of a list `- source-controller`. */
function writeLike(path: Path, schema: JsonSchema | undefined): string {
  const fields = Object.keys(schema?.properties ?? {})
  if (fields.length > 0) return `a mapping with ${listed(fields)}`
  const example = exampleOf(schema)
  const item = typeof path.at(-1) === 'number'
  if (example === undefined) return schema?.type === 'boolean' ? `${lastName(path)}: true` : 'look at:  flux-ops schema cluster'
  return item ? `- ${example}` : `${lastName(path)}: ${example}`
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  number: 'a whole number',
  int: 'a whole number',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
}

const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  return typeof value === 'string' ? 'a text' : typeof value === 'boolean' ? 'true or false' : 'a number'
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((each, step) => (typeof each === 'object' && each !== null ? Reflect.get(each, step) : undefined), value)

const named = (path: Path): string => (path.length === 0 ? 'the file' : fieldName(path))

/** Fields with this name anywhere in the schema, as paths. */
function homesOf(name: string, schema: JsonSchema = clusterJsonSchema(), path: readonly string[] = []): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([field, inner]) => [
    ...(field === name ? [fieldName([...path, field])] : []),
    ...homesOf(name, inner, [...path, field]),
  ])
}

/** Of a mapping whose names are free, those that it may have. */
const fieldsOf = (path: Path): readonly string[] => {
  const schema = fieldAt(path)
  return schema?.propertyNames?.enum ?? Object.keys(schema?.properties ?? {})
}

/** Whether the mapping around it cannot do without. */
const isNeeded = (path: Path): boolean => fieldAt(path.slice(0, -1))?.required?.includes(String(path.at(-1))) === true

const emptyField = (path: Path, hint: string): { what: string; hint: string } => ({
  what: `${named(path)} is empty`,
  hint: isNeeded(path) ? hint : `${hint}, or take the line out`,
})

function unknownField(path: Path, name: string): { what: string; hint: string } {
  const known = fieldsOf(path)
  const what = isWord(name)
    ? `${path.length === 0 ? 'there is' : `${fieldName(path)} has`} no field "${name}"`
    : `${named(path)} has a field that is not known`
  const moved = MOVED[name]
  const near = isWord(name) ? nearest(name, known) : undefined
  const homes = isWord(name) ? homesOf(name) : []
  if (moved !== undefined) return { what, hint: `it is called ${moved}` }
  if (near !== undefined) return { what, hint: `did you mean  ${near}:` }
  if (homes.length > 0) return { what, hint: `it belongs elsewhere: ${listed(homes.slice(0, 3))}` }
  return { what, hint: known.length > 0 ? `its fields are ${listed(known)}` : 'flux-ops schema cluster' }
}

function wrongType(issue: z.core.$ZodIssueInvalidType, value: unknown): { what: string; hint: string } {
  const { path } = issue
  const schema = fieldAt(path)
  const hint = writeLike(path, schema)
  if (value === undefined) return { what: `${named(path)} is missing`, hint }
  if (value === null) return emptyField(path, hint)
  const wanted = KINDS[issue.expected] ?? issue.expected
  const special = adviceFor(path, value)
  const quotes =
    wanted === 'a text' && ['number', 'boolean'].includes(typeof value) ? `put it in quotes, such as  ${lastName(path)}: "…"` : hint
  return { what: `${named(path)} is ${kindOf(value)}, and has to be ${wanted}`, hint: special ?? quotes }
}

function wrongValue(issue: z.core.$ZodIssueInvalidValue, value: unknown): { what: string; hint: string } {
  const { path } = issue
  const values = issue.values.map(String)
  if (value === undefined) return { what: `${named(path)} is missing`, hint: writeLike(path, fieldAt(path)) }
  if (value === null) return emptyField(path, `one of ${listed(values)}`)
  if (values.length === 1)
    return { what: `${named(path)} has to be ${values[0]}`, hint: adviceFor(path, value) ?? `${lastName(path)}: ${values[0]}` }
  const near = typeof value === 'string' ? nearest(value, values) : undefined
  const one = `one of ${listed(values)}`
  return {
    what: `${named(path)} is none of its values`,
    hint: adviceFor(path, value) ?? (near === undefined ? one : `did you mean  ${near}  (${one})`),
  }
}

function otherIssue(issue: Issue, value: unknown): { what: string; hint: string } {
  const { path } = issue
  const schema = fieldAt(path)
  const hint = adviceFor(path, value) ?? `such as  ${writeLike(path, schema)}`
  if ((issue.code === 'too_small' || issue.code === 'too_big') && typeof value === 'number') {
    const { minimum, maximum } = schema ?? {}
    return { what: `${named(path)} is not between ${minimum} and ${maximum}`, hint }
  }
  if (issue.code === 'too_small' && Array.isArray(value) && value.length === 0) return { what: `${named(path)} is an empty list`, hint }
  return { what: `${named(path)} ${issue.message}`, hint }
}

interface Found {
  readonly problems: readonly Problem[]
  /** What must not be looked at any further. */
  readonly bad: readonly Path[]
}

function problemsOf(issue: Issue, places: Places): Found {
  const { path } = issue
  const value = at(places.value, path)
  if (value === undefined && places.isDoubtful(path)) return { problems: [], bad: [path] }
  const make = ({ what, hint }: { what: string; hint: string }, { from, to }: Span, about = path): Problem => ({
    from,
    to,
    what,
    hint,
    path: about,
  })
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => [...path, key])
    return { problems: keys.map((key) => make(unknownField(path, String(key.at(-1))), places.keyAt(key), key)), bad: keys }
  }
  if (issue.code === 'invalid_key') {
    const hint = 'such as  CancelHealthCheckOnNewRevision: true'
    return {
      problems: [make({ what: `${fieldName(path.slice(0, -1))} has a name that is no feature gate`, hint }, places.keyAt(path))],
      bad: [path],
    }
  }
  const what =
    issue.code === 'invalid_type'
      ? wrongType(issue, value)
      : issue.code === 'invalid_value'
        ? wrongValue(issue, value)
        : otherIssue(issue, value)
  const missing = value === undefined || value === null
  return { problems: [make(what, missing ? places.keyAt(path) : places.valueAt(path))], bad: [path] }
}

/** The first of several about one field. */
const oncePerField = (issues: readonly Issue[]): Issue[] => {
  const seen = new Set<string>()
  return issues.filter((issue) => {
    const id = issue.code === 'unrecognized_keys' ? `${fieldName(issue.path)} keys` : fieldName(issue.path)
    return seen.has(id) ? false : seen.add(id)
  })
}

/** A copy without the fields at these paths; of a list that has one of them nothing is left. */
function without(value: unknown, bad: readonly Path[]): unknown {
  if (bad.some((path) => path.length === 0)) return {}
  const copy = structuredClone(value)
  for (const path of bad) {
    const list = path.findIndex((step) => typeof step === 'number')
    const cut = list === -1 ? path : path.slice(0, list)
    const holder = at(copy, cut.slice(0, -1))
    if (typeof holder === 'object' && holder !== null) Reflect.deleteProperty(holder, cut.at(-1) as PropertyKey)
  }
  return copy
}

export interface Structure extends Found {
  /** What has the right shape; fields that have not are left out. */
  readonly sound: unknown
}

export function readStructure(places: Places): Structure {
  const parsed = clusterFileSchema.safeParse(places.value ?? {})
  const found = oncePerField(parsed.error?.issues ?? []).map((issue) => problemsOf(issue, places))
  const bad = found.flatMap((each) => each.bad)
  return { problems: found.flatMap(({ problems }) => problems), bad, sound: without(places.value ?? {}, bad) }
}
