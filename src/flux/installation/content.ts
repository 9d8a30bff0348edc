// What a backup of an installation holds, as text: manifests that kubectl can apply in this order, and beside them, in comments, what kubectl has no word for.
import * as z from 'zod'
import { OpsError } from '../../errors.ts'
import type { KubeObject, ManagedField, Resource } from '../../ports/kube.ts'
import { groupOf, versionOf } from '../kinds.ts'
import { bare, managersOf } from './bare.ts'

export const FORMAT = 'flux-ops-installation/1'
const FAMILY = 'flux-ops-installation/'

/** In the order in which they are needed. */
export const PARTS = ['namespaces', 'secrets', 'crds', 'system', 'objects', 'applied', 'controllers'] as const
export type Part = (typeof PARTS)[number]

const told = z.string().max(4096)
const leftOut = z.object({ what: told, why: told })

export const headerSchema = z.object({
  /** RFC 3339 */
  taken: z.iso.datetime(),
  /** Version that wrote it. */
  fluxOps: told,
  context: told,
  uid: told,
  kubernetes: told,
  /** Of Flux. */
  namespace: told,
  /** Release of Flux; null where it is not a known one. */
  flux: told.nullable(),
  /** One line: who keeps Flux. */
  keptBy: told,
  /** What roots are made from. */
  sources: z.array(z.object({ object: told, url: told, revision: told.nullable() })).max(10_000),
  /** Labels. */
  suspended: z.array(told).max(100_000),
  /** Labels: not Ready, or in need of what is suspended. */
  waiting: z.array(told).max(100_000),
  leftOut: z.array(leftOut).max(100_000),
})

export type Header = z.infer<typeof headerSchema>

/** An object of Flux as it has to be again, whoever brings it. */
export interface Expected {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec: unknown
}

export interface Kept {
  readonly resource: Resource
  /** Whole: with managedFields, and with a status where one is to be put back. */
  readonly object: KubeObject
}

export interface Content {
  readonly header: Header
  readonly parts: Readonly<Record<Part, readonly Kept[]>>
  readonly expected: readonly Expected[]
}

/** JSON that is YAML as well: YAML takes no raw control characters. */
const line = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

function beside({ resource: { plural, namespaced }, object }: Kept): string {
  const managedFields = managersOf(object)
  const status: unknown = object.status
  const { generation } = object.metadata
  return `# with ${line({ plural, namespaced, ...(status !== undefined && { generation }), ...(managedFields.length > 0 && { managedFields }), ...(status !== undefined && { status }) })}`
}

export function contentText({ header, parts, expected }: Content): string {
  const lines = [
    `# ${FORMAT} ${line(header)}`,
    '# By hand: age --decrypt FILE | gunzip > all.yaml, then kubectl apply --server-side -f all.yaml, twice: the first time some kinds are not served yet.',
  ]
  for (const part of PARTS) {
    lines.push(`# part ${part}`)
    for (const kept of parts[part]) lines.push('---', line(bare(kept.object)), beside(kept))
  }
  return `${[...lines, ...expected.map((one) => `# expected ${line(one)}`)].join('\n')}\n`
}

const unreadable = (where: string, what: string): OpsError =>
  new OpsError({
    code: 'installation-unreadable',
    message: `${where} is no backup of an installation: ${what}`,
    hints: ['flux-ops backup makes one', 'a backup of keys is opened by flux-ops age restore'],
    exit: 'usage',
  })

function headerOf(first: string, where: string): Header {
  if (!first.startsWith(`# ${FAMILY}`)) throw unreadable(where, 'it does not begin like one')
  if (!first.startsWith(`# ${FORMAT} `))
    throw new OpsError({
      code: 'installation-format-unknown',
      message: `${where} has a format that this flux-ops does not know; it reads ${FORMAT}`,
      hints: ['use a newer flux-ops'],
      exit: 'usage',
    })
  const header = headerSchema.safeParse(parsed(first.slice(`# ${FORMAT} `.length), where))
  if (header.success) return header.data
  throw unreadable(where, `its ${header.error.issues[0]?.path.join('.') || 'header'} is missing or not what it should be`)
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What is wrong with it could quote it.
    throw unreadable(where, 'a line of it is no JSON')
  }
}

const isPart = (name: string): name is Part => (PARTS as readonly string[]).includes(name)

const isObject = (value: unknown): value is KubeObject => {
  const { apiVersion, kind, metadata } = (value ?? {}) as Partial<KubeObject>
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string'
}

const besideSchema = z.object({
  plural: z.string().regex(/^[a-z0-9.-]{1,253}$/),
  namespaced: z.boolean(),
  managedFields: z.array(z.record(z.string(), z.unknown())).optional(),
  status: z.unknown().optional(),
  /** Where there is a status: it says of which generation it speaks. */
  generation: z.number().optional(),
})

/** An object, and the line behind it. */
function keptOf(text: string, behind: string | undefined, where: string): Kept {
  const object = parsed(text, where)
  const more = behind?.startsWith('# with ') ? besideSchema.safeParse(parsed(behind.slice('# with '.length), where)) : undefined
  if (!isObject(object) || more?.success !== true) throw unreadable(where, 'an object of it is not whole')
  const { plural, namespaced, managedFields, status, generation } = more.data
  const { apiVersion, kind } = object
  return {
    resource: { group: groupOf(apiVersion), version: versionOf(apiVersion), plural, kind, namespaced },
    object: {
      ...object,
      metadata: {
        ...object.metadata,
        ...(managedFields !== undefined && { managedFields: managedFields as ManagedField[] }),
        ...(generation !== undefined && { generation }),
      },
      ...(status !== undefined && { status }),
    },
  }
}

/** Throws OpsError (usage) `installation-unreadable`, `installation-format-unknown`. Nothing of what it holds is repeated in an error. */
export function readContent(text: string, where: string): Content {
  const lines = text.split('\n')
  const header = headerOf(lines[0] ?? '', where)
  const parts = Object.fromEntries(PARTS.map((part) => [part, [] as Kept[]])) as Record<Part, Kept[]>
  const expected: Expected[] = []
  let into: Kept[] | undefined
  for (const [at, one] of lines.entries()) {
    if (one.startsWith('# part ')) {
      const name = one.slice('# part '.length)
      if (!isPart(name)) throw unreadable(where, 'it has a part that is not known')
      into = parts[name]
    } else if (one.startsWith('# expected ')) {
      const object = parsed(one.slice('# expected '.length), where)
      if (!isObject(object)) throw unreadable(where, 'a line of it is no object')
      expected.push(object as unknown as Expected)
    } else if (one.startsWith('{')) {
      if (into === undefined) throw unreadable(where, 'its lines are not in order')
      into.push(keptOf(one, lines[at + 1], where))
    }
  }
  return { header, parts, expected }
}
