import { describe, expect, it } from 'vitest'
import { OpsError } from '../../../src/errors.ts'
import { namesOf } from '../../../src/sops/recipient-names.ts'
import { parseTeamFile } from '../../../src/sops/team-file.ts'
import { ALICE, BOB, peopled, SSH } from './rules/people.ts'

const read = (text: string) => parseTeamFile(peopled(text))

describe('the file of a team', () => {
  it('names recipients', () => {
    const team = read(
      'recipients:\n  - name: oncall\n    recipient: {alice}\n    description: in the safe\n  - {name: the cluster, recipient: "{bob}"}\n',
    )

    expect(team).toEqual({
      recipients: [
        { name: 'oncall', recipient: ALICE, description: 'in the safe' },
        { name: 'the cluster', recipient: BOB },
      ],
      notes: [],
    })
  })

  it.each(['', '# nothing\n', 'recipients:\n'])('%j names nobody', (text) => {
    expect(read(text)).toEqual({ recipients: [], notes: [] })
  })

  it('may have sections that this flux-ops does not read: they are told', () => {
    expect(read('recipients: []\npolicy:\n  interval: 5m\n').notes).toEqual([
      { line: 2, what: 'policy is nothing that this flux-ops reads' },
    ])
  })

  it.each([
    ['recipients: oncall\n', /^\.flux-ops\.yaml:1: recipients has to be a list of name and recipient$/],
    ['recipients:\n  oncall: {alice}\n', /:2: recipients has to be a list/],
    ['recipients:\n  - oncall\n', /:2: an entry has to be a mapping with name and recipient/],
    ['recipients:\n  - name: oncall\n', /:2: recipient has to be a text/],
    ['recipients:\n  - name: a\n    recipient: {alice}\n  - name: b\n    recipient: age1nobody\n', /:5: recipient is no recipient of age/],
    ['recipients:\n  - name: a\n    recipient: {alice}\n    mail: x\n', /:2: an entry has no mail: name, recipient, description/],
    ['recipients:\n  - {name: a, recipient: "{alice}"}\n  - {name: a, recipient: "{bob}"}\n', /:3: this name stands in line 2 already/],
    [
      'recipients:\n  - {name: a, recipient: "{alice}"}\n  - {name: b, recipient: "{alice}"}\n',
      /:3: this recipient stands in line 2 already/,
    ],
    ['recipients:\n  - name: "a\\"b"\n    recipient: {alice}\n', /:2: name has to be 1 to 64 letters/],
    ['- a\n', /:1: the file has to be a mapping/],
    ['recipients: [\n', /is not valid YAML/],
  ])('%j is an error with the line', (text, expected) => {
    expect(() => read(text)).toThrow(OpsError)
    expect(() => read(text)).toThrow(expected)
  })

  it('does not repeat a private key that somebody put there', () => {
    const text = 'recipients:\n  - name: a\n    recipient: AGE-SECRET-KEY-1QQQQ\n'

    expect(() => read(text)).toThrow(/:3: recipient is a private key: it has to leave the repository$/)
  })
})

describe('a recipient as people read it', () => {
  const nameOf = namesOf([{ name: 'oncall', recipient: ALICE }])

  it.each([
    [ALICE, 'age1y…6c "oncall"'],
    [BOB, 'age12…re'],
    [SSH, 'ssh-ed25519 …Z6isGN'],
  ])('%s is %s', (recipient, expected) => {
    expect(nameOf(recipient)).toBe(expected)
  })
})
