// The file that says what a cluster is to be: the one source of its types, its defaults and its published JSON schema.
import * as z from 'zod'
import { cluster, flux } from './schema-flux.ts'
import { forge, git, metadata } from './schema-git.ts'
import { layout, secrets, sops, wait } from './schema-sops.ts'

export const API_VERSION = 'flux-ops.dev/v1'
export const SCHEMA_ID = 'https://flux-ops.dev/schema/cluster-v1.json'

export const clusterFileSchema = z
  .strictObject({
    apiVersion: z.literal(API_VERSION).meta({ description: 'format of this file' }),
    kind: z.literal('Cluster').meta({ description: 'kind of this file' }),
    metadata,
    cluster,
    flux,
    git,
    forge: forge.optional(),
    sops,
    secrets,
    layout,
    wait,
  })
  .meta({
    title: 'Cluster of flux-ops',
    description: 'What flux-ops bootstrap makes of a cluster: which Flux, of which repository, with which keys.',
  })

/** With every default filled in. */
export type ClusterFile = z.output<typeof clusterFileSchema>

/** As it is written. */
export type ClusterFileInput = z.input<typeof clusterFileSchema>

export interface JsonSchema {
  readonly [keyword: string]: unknown
  readonly type?: string
  readonly description?: string
  readonly const?: unknown
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly propertyNames?: JsonSchema
  readonly items?: JsonSchema
  readonly additionalProperties?: boolean | JsonSchema
}

let made: JsonSchema | undefined

/** Draft 2020-12. */
export function clusterJsonSchema(): JsonSchema {
  if (made === undefined) {
    const { $schema, ...rest } = z.toJSONSchema(clusterFileSchema, { io: 'input' })
    made = { $schema, $id: SCHEMA_ID, ...rest } as JsonSchema
  }
  return made
}

/** As it is published: schema/cluster-v1.json. */
export const clusterSchemaText = (): string => `${JSON.stringify(clusterJsonSchema(), null, 2)}\n`

/** What the schema says of a field; undefined where it knows none. */
export function fieldAt(path: readonly PropertyKey[]): JsonSchema | undefined {
  return path.reduce<JsonSchema | undefined>((at, step) => {
    if (at === undefined) return undefined
    if (typeof step === 'number') return at.items
    const { properties = {}, additionalProperties } = at
    if (Object.hasOwn(properties, step)) return properties[String(step)]
    return typeof additionalProperties === 'object' ? additionalProperties : undefined
  }, clusterJsonSchema())
}
