import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OpsError } from '../../../../src/errors.ts'
import { addRecipient, removeRecipient } from '../../../../src/sops/rules/edit.ts'
import { parseRules } from '../../../../src/sops/rules/parse.ts'
import { LAYOUTS } from './layouts.ts'
import { ALICE, BOB, NEW, peopled } from './people.ts'

const PATH = 'clusters/.sops.yaml'
const add = (text: string, old = ALICE): string => addRecipient({ path: PATH, text }, { old, new: NEW })
const remove = (text: string, old = ALICE): string => removeRecipient({ path: PATH, text }, { old })

describe.each(LAYOUTS)('a recipient in $name', (layout) => {
  const [before, both, after] = [layout.before, layout.both, layout.after].map(peopled) as [string, string, string]

  it.each(['\n', '\r\n'])('gets the new one right behind it, and goes, with lines that end in %j', (ending) => {
    const lines = (text: string): string => text.replaceAll('\n', ending)

    expect(add(lines(before))).toBe(lines(both))
    expect(remove(lines(both))).toBe(lines(after))
  })

  it('is changed once, however often it is asked for', () => {
    expect(add(both)).toBe(both)
    expect(remove(after)).toBe(after)
  })
})

describe('what a text of rules looks like changes nothing in what an edit means', () => {
  const other = fc.subarray(['{bob}', '{carol}', '{ssh}'])
  const style = fc.constantFrom('text', 'quoted', 'folded', 'literal', 'flow', 'block', 'lines', 'group', 'anchor')
  const comment = fc.constantFrom('', ' # note', ' # {alice}')

  const written = (people: readonly string[], how: string, note: string): string => {
    const quotedPeople = people.map((each) => `"${each}"`)
    if (how === 'text') return ` ${people.join(',')}${note}`
    if (how === 'quoted') return ` '${people.join(' , ')}'${note}`
    if (how === 'folded') return ` >-\n      ${people.join(',\n      ')}`
    if (how === 'literal') return ` |\n      ${people.join(', ')},`
    if (how === 'flow') return ` [${quotedPeople.join(', ')}]${note}`
    if (how === 'lines') return ` [\n${people.map((each) => `      ${each},${note}\n`).join('')}    ]`
    return `\n${people.map((each) => `      - ${each}${note}`).join('\n')}`
  }

  const rule = fc.record({ before: other, behind: other, has: fc.boolean(), style, comment }).map((parts) => {
    const people = [...parts.before, ...(parts.has ? ['{alice}'] : []), ...parts.behind.filter((each) => !parts.before.includes(each))]
    const all = people.length === 0 ? ['{bob}'] : people
    if (parts.style === 'group') return `  - key_groups:\n      - age: [${all.map((each) => `'${each}'`).join(',')}]${parts.comment}`
    if (parts.style === 'anchor')
      return `  - path_regex: a${parts.comment}\n    age: [${all.map((each) => (each === '{alice}' ? '*alice' : `"${each}"`)).join(', ')}]`
    return `  - path_regex: a${parts.comment}\n    age:${written(all, parts.style, parts.comment)}`
  })
  const file = fc.record({ rules: fc.array(rule, { minLength: 1, maxLength: 5 }), crlf: fc.boolean(), last: fc.boolean() }).map((parts) => {
    const text = peopled(`keys:\n  - &alice {alice}\ncreation_rules:\n${parts.rules.join('\n')}${parts.last ? '\n' : ''}`)
    return parts.crlf ? text.replaceAll('\n', '\r\n') : text
  })
  const groups = (text: string): string[][] =>
    (parseRules(PATH, text).rules ?? []).flatMap((each) => each.groups.map((group) => [...group.age]))

  it('each rule has old and new after the first edit, and new alone after the second; no comment is lost but with its recipient', () => {
    fc.assert(
      fc.property(file, (text) => {
        const both = add(text)
        const after = remove(both)

        const withNew = groups(text).map((age) => age.flatMap((each) => (each === ALICE ? [ALICE, NEW] : [each])))
        expect(groups(both)).toEqual(withNew)
        expect(groups(after)).toEqual(withNew.map((age) => age.filter((each) => each !== ALICE)))
        expect(add(both)).toBe(both)
        expect(both.split('\n').filter((line) => !line.includes(ALICE) && !line.includes(NEW))).toEqual(
          text.split('\n').filter((line) => !line.includes(ALICE)),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('nothing but an error of ours comes of text of any shape', () => {
    const piece = fc.constantFrom(
      'creation_rules:',
      '\n',
      '  ',
      '- ',
      'age: ',
      ALICE,
      BOB,
      ',',
      '[',
      ']',
      '*a',
      '&a ',
      '"',
      "'",
      '>-',
      '|',
      '#',
      '{',
      '}',
      'key_groups:',
      '<<: ',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const text = pieces.join('')
        try {
          const both = add(text)
          remove(both)
        } catch (error) {
          expect(error).toBeInstanceOf(OpsError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('an edit is refused', () => {
  const codeOf = (work: () => unknown): string => {
    try {
      work()
    } catch (error) {
      return error instanceof OpsError ? `${error.code} ${error.message}` : String(error)
    }
    return 'no error'
  }

  it.each([
    [
      'the last recipient of a rule',
      () => remove(peopled('creation_rules:\n  - age: {alice}\n')),
      /^rules-last-recipient clusters\/\.sops\.yaml:2/,
    ],
    [
      'the last recipient of one group',
      () => remove(peopled('creation_rules:\n  - key_groups:\n    - age: [{alice}]\n    - age: [{bob}]\n')),
      /^rules-last-recipient .*:2/,
    ],
    [
      'a recipient that an escape cuts in two',
      () => add(`creation_rules:\n  - age: "${ALICE.slice(0, 20)}\\\n     ${ALICE.slice(20)}"\n`),
      /^rules-not-editable .*:2/,
    ],
    [
      'an anchor that gives the new one twice to a rule',
      () => add(peopled('keys:\n  - &a {alice}\ncreation_rules:\n  - age: [*a, {new}]\n  - age: [*a]\n')),
      /^rules-not-editable .*:4/,
    ],
    ['a text that is no recipient', () => addRecipient({ path: PATH, text: '' }, { old: ALICE, new: `${NEW}x` }), /^recipient-invalid/],
    ['a file in conflict', () => add('creation_rules:\n<<<<<<< HEAD\n  - age: x\n=======\n'), /^rules-malformed .*:2: a merge conflict/],
  ])('%s', (_what, work, expected) => {
    expect(codeOf(work)).toMatch(expected)
  })
})
