// Texts that are made to take for ever, or all of the memory: each is read, or refused, in the time of any other test.
import { expect, test } from 'vitest'
import { OpsError } from '../../../../src/errors.ts'
import { resolvePlain } from '../../../../src/sops/sealed/go-scalars.ts'
import type { Node } from '../../../../src/sops/sealed/model.ts'
import { readSealed } from '../../../../src/sops/sealed/read.ts'
import { readIni } from '../../../../src/sops/sealed/read-ini.ts'
import { readYaml } from '../../../../src/sops/sealed/read-yaml.ts'

const VALUE = 'ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]'
const SOPS = `{"age":[{"recipient":"age1","enc":"x"}],"lastmodified":"2026-01-01T00:00:00Z","mac":"${VALUE}"}`

const failureOf = (read: () => unknown): OpsError => {
  try {
    read()
  } catch (error) {
    if (error instanceof OpsError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const child = (node: Node | undefined, key: string): Node | undefined =>
  node?.kind === 'map' ? node.entries.find((entry) => entry.key === key)?.value : undefined

test('thousands of aliases of one anchor are followed', () => {
  const text = `a: &a x\nl:\n${'- *a\n'.repeat(40_000)}`

  const [document] = readYaml('a.yaml', text)

  expect(child(document?.root, 'l')).toMatchObject({ items: { length: 40_000 } })
})

test('aliases of aliases are refused, in one document and spread over many', () => {
  const wide = (name: string, of: string): string => `${name}: &${name} [${Array.from({ length: 10 }, () => of).join(', ')}]\n`
  const document = wide('a', 'x') + wide('b', '*a') + wide('c', '*b') + wide('d', '*c')

  expect(failureOf(() => readYaml('a.yaml', `${document}${wide('e', '*d')}${wide('f', '*e')}`)).code).toBe('sealed-malformed')
  expect(failureOf(() => readYaml('a.yaml', Array.from({ length: 300 }, () => document).join('---\n'))).message).toContain(
    'aliases followed',
  )
})

test('an alias means the anchor as it was above it, and none leads into itself', () => {
  const [document] = readYaml('a.yaml', 'x: &x one\nl: &l [*x]\ny: &x two\nm: *l\nn: *x\n')

  expect(child(document?.root, 'm')).toMatchObject({ items: [{ text: 'one' }] })
  expect(child(document?.root, 'n')).toMatchObject({ text: 'two' })
  expect(failureOf(() => readYaml('a.yaml', 'a: &a [*a]\n')).message).toContain('an alias without its anchor')
})

test.each([
  ['JSON', 'a.json', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)},"sops":${SOPS}}`],
  ['JSON that its parser takes', 'a.json', `{"a":${'['.repeat(3_000)}${']'.repeat(3_000)},"sops":${SOPS}}`],
  ['dotenv', 'a.env', `A=${VALUE}\nsops_lastmodified=2026-01-01T00:00:00Z\nsops_${'a__map_'.repeat(50_000)}=x\n`],
])('%s that is nested without end is malformed', (_kind, path, text) => {
  expect(failureOf(() => readSealed(path, text))).toMatchObject({ code: 'sealed-malformed', message: `${path}: nested too deep` })
})

test('a number of millions of digits is left to sops', () => {
  expect(resolvePlain('9'.repeat(8_000_000)).type).toBe('unknown')
  expect(resolvePlain('-0b1111').text).toBe('-15')
})

test('a line of INI that is nothing but spaces takes no longer than another', () => {
  expect(failureOf(() => readIni('a.ini', `[a]\nx${' '.repeat(500_000)}y\n`)).message).toContain('a.ini:2')
  const { root } = readIni('a.ini', `[a]\n  key  = \t one two  \nempty =\n`)
  expect(child(child(root, 'a'), 'key')).toMatchObject({ text: 'one two', place: { start: 15, end: 22 } })
  expect(child(child(root, 'a'), 'empty')).toMatchObject({ text: '', place: { start: 32, end: 32 } })
})
