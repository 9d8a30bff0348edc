// The schema as it is published, and the examples: both for people and their editors.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readClusterFile } from '../../../src/cluster-file/read.ts'
import { clusterJsonSchema, clusterSchemaText, type JsonSchema, SCHEMA_ID } from '../../../src/cluster-file/schema.ts'
import { STYLES } from '../../../src/cluster-file/schema-flux.ts'
import { BAD_FIELDS } from './bad-fields.ts'
import { GOOD } from './bad-files.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const examples = readdirSync(`${root}examples`)
const read = (name: string): string => readFileSync(`${root}examples/${name}`, 'utf8')

const validate = new Ajv2020({ allErrors: true }).compile(clusterJsonSchema())

test('schema/cluster-v1.json is what the program makes of itself: flux-ops schema cluster --out schema/cluster-v1.json', () => {
  expect(readFileSync(`${root}schema/cluster-v1.json`, 'utf8')).toBe(clusterSchemaText())
})

test('it is of draft 2020-12, and goes by the address that files name', () => {
  expect(clusterJsonSchema()).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', $id: SCHEMA_ID })
  expect(clusterJsonSchema().title).toBeDefined()
})

const fields = (schema: JsonSchema, path: string): [string, JsonSchema][] => [
  [path, schema],
  ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => fields(inner, `${path}.${name}`)),
  ...(schema.items ? fields(schema.items, `${path}[]`) : []),
]

describe('every field', () => {
  const all = fields(clusterJsonSchema(), '')

  test('has a description', () => {
    const ofEnum = ([path, { enum: values }]: [string, JsonSchema]): boolean => path.endsWith('[]') && values !== undefined

    expect(all.filter(([, { description }]) => !description).filter((field) => !ofEnum(field))).toEqual([])
  })

  test('of a mapping is known: no other is allowed', () => {
    expect(all.filter(([, { properties, additionalProperties }]) => properties && additionalProperties !== false)).toEqual([])
  })

  test('has examples that are right', () => {
    const wrong = all.flatMap(([path, schema]) => {
      const check = new Ajv2020().compile(
        schema.type === undefined && !('anyOf' in schema) ? {} : { ...schema, $id: undefined, $schema: undefined },
      )
      return (schema.examples ?? []).filter((example) => !check(example)).map(() => path)
    })

    expect(wrong).toEqual([])
  })
})

describe('the examples', () => {
  test('show every style', () => {
    const shown = examples.map((name) => readClusterFile(read(name), name).flux.style)

    expect(new Set(shown)).toEqual(new Set(STYLES))
  })

  test.each(examples)('%s is read, is right by the schema, and names it for editors', (name) => {
    const text = read(name)

    expect(text.startsWith(`# yaml-language-server: $schema=../schema/cluster-v1.json\n`)).toBe(true)
    expect(readClusterFile(text, name).apiVersion).toBe('flux-ops.dev/v1')
    expect(validate(parse(text)) ? [] : validate.errors).toEqual([])
  })
})

test.each(BAD_FIELDS)('the schema refuses a file that %s', (_name, text) => {
  expect(validate(parse(String(text), { logLevel: 'silent' }))).toBe(false)
})

test.each([
  '{}',
  '{file: a}',
  '{file: a, identityFile: b, passphraseEnv: C}',
  '{file: a, identityFile: b, shares: [c, d]}',
  '{shares: [a]}',
  '{shares: [a, b], passphraseEnv: C}',
])('the schema refuses a backup of the key like %s', (backup) => {
  expect(validate(parse(`${GOOD}sops: {key: {backup: ${backup}}}\n`))).toBe(false)
})

test.each(['{file: a, identityFile: b}', '{file: a, passphraseEnv: C}', '{shares: [a, b]}'])(
  'the schema takes a backup of the key like %s',
  (backup) => {
    expect(validate(parse(`${GOOD}sops: {key: {backup: ${backup}}}\n`))).toBe(true)
  },
)

test('what was read is right by the schema again: defaults are values that may be written', () => {
  expect(validate(readClusterFile(GOOD, 'x')) ? [] : validate.errors).toEqual([])
})
