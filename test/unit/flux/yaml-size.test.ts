import { describe, expect, it } from 'vitest'
import { overgrown } from '../../../src/flux/yaml-size.ts'

const file = (text: string) => ({ path: 'a.yaml', text })
const bomb = `a0: &a0 [x, x]\n${Array.from({ length: 9 }, (_, level) => `a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join(', ')}]\n`).join('')}`

describe('a file with aliases', () => {
  it('is told apart when they expand to more than any tool should be given', () => {
    expect(overgrown(file(`kind: ConfigMap\n---\n${bomb}`))).toBe('has aliases that expand to over 500000 values')
  })

  it('is told apart when the names of its anchors are given again to something small', () => {
    const names = Array.from({ length: 10 }, (_, level) => `b${level}: &a${level} small\n`).join('')

    expect(overgrown(file(`${bomb}${names}`))).toBe('has aliases that expand to over 500000 values')
  })

  it('is told apart when one stands inside what it stands for', () => {
    expect(overgrown(file('spec: &spec {itself: *spec}\n'))).toBe('has an alias that stands inside what it stands for')
  })

  it('is fine with the few that people write, merge keys as well', () => {
    expect(overgrown(file('base: &base {a: 1}\none:\n  <<: *base\n  b: 2\ntwo: *base\n'))).toBeUndefined()
  })

  it('is not looked into without any, or where an asterisk is only text', () => {
    expect(overgrown(file(`spec: ${'['.repeat(100_000)}\n`))).toBeUndefined()
    expect(overgrown(file('schedule: "*/5 * * * *"\nglob: "**/*.yaml"\n'))).toBeUndefined()
  })

  it('is told apart, and not a crash, when it cannot be parsed', () => {
    expect(overgrown(file(`a: &a 1\nb: *a\nspec: ${'['.repeat(100_000)}\n`))).toMatch(/not valid YAML|nested too deep/)
  })
})
