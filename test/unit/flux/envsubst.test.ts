// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are the texts under test
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BadSubstitution, references } from '../../../src/flux/envsubst.ts'

const asked = (text: string): string[] => references(text).map(({ name, defaulted }) => (defaulted ? `${name}?` : name))

describe('variables in a text', () => {
  it.each([
    ['a ${one} b ${two_2}', ['one', 'two_2']],
    ['${#one}', ['one']],
    ['${one:-x} ${two:=x} ${three=x} ${four:?x} ${five:+x}', ['one?', 'two?', 'three?', 'four?', 'five?']],
    ['${one:-}', ['one?']],
    ['${one^} ${two^^} ${three,} ${four,,}', ['one', 'two', 'three', 'four']],
    ['${one:2} ${two:2:3}', ['one', 'two']],
    ['${one/a/b} ${two//a/} ${three/#a/b} ${four/%a/b}', ['one', 'two', 'three', 'four']],
    ['${one#a} ${two##a*} ${three%a} ${four%%a*}', ['one', 'two', 'three', 'four']],
    ['${one:-${two}} ${three:=a${four}b}', ['one?', 'two', 'three?', 'four']],
    ['${one:-${two:-${three}}}', ['one?', 'two?', 'three']],
  ])('%s asks for %j', (text, names) => {
    expect(asked(text)).toEqual(names)
  })

  it.each(['$one', '$(one)', '$${one}', 'a $ b', '$', '$$', '$$$${one}', '{one}'])('%s asks for none', (text) => {
    expect(asked(text)).toEqual([])
  })

  it('an escaped dollar before an expression leaves the expression', () => {
    expect(asked('$$${one}')).toEqual(['one'])
  })

  it.each(['${', '${}', '${one', '${one-x}', '${one two}', '${.Values.x}', '${one:}', '${one/a}', '${one:-${two}', '${one#}'])(
    '%s is refused',
    (text) => {
      expect(() => references(text)).toThrow(BadSubstitution)
    },
  )

  it('are read to an end, whatever the text', () => {
    const letters = fc.array(fc.constantFrom('$', '{', '}', ':', '-', '/', '#', '%', 'a', 'B1', '\\', '=', '^', ' '), { maxLength: 40 })
    fc.assert(
      fc.property(letters, (parts) => {
        try {
          for (const { at } of references(parts.join(''))) expect(parts.join('').startsWith('${', at)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(BadSubstitution)
        }
      }),
    )
  })
})
