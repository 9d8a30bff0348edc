import { describe, expect, test } from 'vitest'
import { itemReader } from '../../../src/adapters/json-items.ts'

interface List {
  readonly items: unknown[]
  readonly [field: string]: unknown
}

const read = (text: string, size: number): { all: unknown; early: number; told: unknown[] } => {
  const told: unknown[] = []
  const reader = itemReader((item) => void told.push(item))
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size))
  const { body, items } = reader.end()
  const rest = JSON.parse(body) as List
  return { all: { ...rest, items: [...items, ...rest.items] }, early: items.length, told }
}

/** As an API server writes one: what it is, what it is called, and what it holds. */
const object = (name: string, spec: unknown): object => ({ apiVersion: 'a/v1', kind: 'A', metadata: { name, labels: {} }, spec })

const FILL = 'x'.repeat(2_000)
const listOf = (items: unknown[]): List => ({ apiVersion: 'a/v1', items, kind: 'AList', metadata: { continue: 'next' } })
const many = (spec: (at: number) => unknown): List =>
  listOf(Array.from({ length: 1_000 }, (_, at) => object(`a-${at}`, { fill: FILL, of: spec(at) })))

describe('the items of a long list', () => {
  test.each([1_500, 64_000, 10_000_000])('are parsed before its end, all but the last, where it comes in parts of %i bytes', (size) => {
    const list = many((at) => at)

    const { all, early, told } = read(JSON.stringify(list), size)

    expect(all).toEqual(list)
    expect(early).toBeGreaterThan(850)
    expect(told).toEqual(list.items.slice(0, early))
  })

  test('are told apart where each holds others that look the same', () => {
    const inside = [object('in', {}), object('in', [object('deep', '},{"apiVersion":"a/v1","kind":"A","metadata":{')])]
    const list = many(() => inside)

    const { all, early } = read(JSON.stringify(list), 64_000)

    expect(all).toEqual(list)
    expect(early).toBeGreaterThan(500)
  })

  test('are told apart whatever their texts hold, in the middle of a character as well', () => {
    const texts = ['"items":[', '\\', '\\"', '}],{', 'ä😀\u2028', ']}', '},{"apiVersion":"a/v1","kind":"A","metadata":{']
    const list = many((at) => texts.slice(at % texts.length))

    for (const size of [1_501, 65_537]) expect(read(JSON.stringify(list), size).all).toEqual(list)
  })

  test('are all there where one of them is as long as many, and where the first is unlike the others', () => {
    const long = object('long', 'y'.repeat(3_000_000))
    const list = listOf([...many(() => 1).items, long, ...many(() => 2).items])
    const odd = listOf([{ kind: 'first' }, ...many(() => 1).items])

    expect(read(JSON.stringify(list), 64_000).all).toEqual(list)
    expect(read(JSON.stringify(odd), 64_000).all).toEqual(odd)
  })

  test('are all there where the list says first what it is, and where it is written over many lines', () => {
    const { items } = many(() => [{}, {}])
    const list = { kind: 'AList', apiVersion: 'v1', metadata: { note: '"items":[' }, items }

    expect(read(JSON.stringify(list), 64_000).all).toEqual(list)
    expect(read(JSON.stringify(list, null, 2), 64_000).all).toEqual(list)
  })
})

describe('an answer', () => {
  test.each([
    '{"kind":"Status","message":"no"}',
    '404 page not found',
    '',
    '{"items":null}',
    '{"items":[{"a":1}]}',
    `{"text":"${'"items":['.repeat(1)}${FILL.repeat(200)}`,
    `{"items":[{"metadata":{}},${'{"metadata":{x},'.repeat(30_000)}`,
  ])('that is no long list stays as it is (%#)', (text) => {
    const reader = itemReader(() => undefined)
    for (let at = 0; at < text.length; at += 50_000) reader.push(Buffer.from(text.slice(at, at + 50_000)))

    expect(reader.end()).toEqual({ body: text, items: [] })
  })
})
