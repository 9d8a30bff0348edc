import { describe, expect, it } from 'vitest'
import { parseRules } from '../../../../src/sops/rules/parse.ts'
import { type RuleAnswer, recipientsOf, ruleFor, rulesAbove } from '../../../../src/sops/rules/rule-for.ts'
import { ALICE, BOB, peopled } from './people.ts'

const files = (texts: Readonly<Record<string, string>>) => Object.entries(texts).map(([path, text]) => parseRules(path, peopled(text)))

const ROOT = `creation_rules:
  - path_regex: ^apps/.*\\.ya?ml$
    age: {alice}
  - path_regex: apps/web/
    age: {bob}
  - path_regex: bad(
    age: {alice}
`
const said = (answer: RuleAnswer): string =>
  answer.status === 'rule'
    ? `${answer.file.path}[${answer.rule.index}]${answer.later.map((rule) => ` then ${rule.index}`).join('')}`
    : answer.status === 'refused'
      ? `${answer.file.path}[${answer.rule.index}] refused: ${answer.fault.why}`
      : answer.why

describe('the rule of a file', () => {
  const all = files({
    '.sops.yaml': ROOT,
    'clusters/prod/.sops.yaml': 'creation_rules:\n  - path_regex: ^secret\n    age: {bob}\n',
    'empty/.sops.yaml': '# nothing\n',
    'none/.sops.yaml': 'creation_rules: []\n',
  })

  it.each([
    ['apps/a.yaml', '.sops.yaml[0]'],
    ['apps/web/a.yaml', '.sops.yaml[0] then 1'],
    ['apps/web/a.env', '.sops.yaml[1]'],
    ['elsewhere.yaml', '.sops.yaml[2] refused: path_regex is not a regular expression of Go'],
    ['clusters/prod/secret.yaml', 'clusters/prod/.sops.yaml[0]'],
    ['clusters/prod/apps/a.yaml', 'no-match'],
    ['clusters/prod/deep/secret.yaml', 'no-match'],
    ['clusters/a.yaml', '.sops.yaml[2] refused: path_regex is not a regular expression of Go'],
    ['empty/a.yaml', 'no-rules'],
    ['none/a.yaml', 'no-match'],
  ])('of %s is %s', (path, expected) => {
    expect(said(ruleFor(all, path))).toBe(expected)
  })

  it('is another one where sops is typed further up', () => {
    expect(said(ruleFor(all, 'clusters/prod/apps/secret.yaml', ''))).toBe(
      '.sops.yaml[2] refused: path_regex is not a regular expression of Go',
    )
    expect(said(ruleFor(files({ 'a/.sops.yaml': ROOT }), 'a/x.yaml', ''))).toBe('no-file')
  })

  it('is none in a repository without rules', () => {
    expect(said(ruleFor([], 'a.yaml'))).toBe('no-file')
  })

  it('gives the recipients of its groups, each once', () => {
    const [file] = files({ '.sops.yaml': 'creation_rules:\n  - key_groups: [{age: ["{alice}", "{bob}"]}, {age: ["{bob}"]}]\n' })

    expect(file?.rules?.map(recipientsOf)).toEqual([[ALICE, BOB]])
  })

  it('files of rules above a folder are told from the nearest to the root', () => {
    expect(rulesAbove(all, 'clusters/prod/deep').map((file) => file.path)).toEqual(['clusters/prod/.sops.yaml', '.sops.yaml'])
  })
})
