// What a question does not take, and what it says then.
import { describe, expect, test } from 'vitest'
import { checkAnswer } from '../../../../src/cli/wizard/check-answer.ts'
import type { Facts } from '../../../../src/cli/wizard/facts.ts'
import type { Answers, Id } from '../../../../src/cli/wizard/model.ts'
import { QUESTIONS } from '../../../../src/cli/wizard/questions/index.ts'
import { FACTS, KEYS_SEEN, OTHER_KEY, RECIPIENT, SHOWN } from './wizard-desk.ts'

const BEFORE: Answers = { context: 'x', name: 'prod', version: '2.8.8', style: 'git', url: 'ssh://git@github.com/acme/fleet.git' }

function check(id: Id, text: string, more: Answers = {}, facts: Partial<Facts> = {}) {
  const question = QUESTIONS.find((each) => each.id === id)
  if (question === undefined) throw new Error(`no question ${id}`)
  return checkAnswer(QUESTIONS, question, text, { ...FACTS, ...facts }, { ...BEFORE, ...more })
}

const SILENT: Partial<Facts> = { hostKeys: { status: 'unknown', host: 'github.com', why: 'silence' } }

describe('host keys', () => {
  test.each(['', 'yes', 'y', 'compare', 'ok compared'])('%j takes none of those that are shown', (text) => {
    expect(check('hostKeys', text, {}, KEYS_SEEN)).toHaveProperty('problem')
  })

  test('the word that says so takes those that are shown', () => {
    expect(check('hostKeys', 'Compared', {}, KEYS_SEEN)).toEqual({ text: SHOWN })
  })

  test('the word is nothing where none was shown', () => {
    expect(check('hostKeys', 'compared', {}, SILENT)).toHaveProperty('problem', 'no key was shown, so that none was compared')
  })

  test('published ones are taken where the server shows one of them', () => {
    expect(check('hostKeys', `${SHOWN}, ${OTHER_KEY}`, {}, KEYS_SEEN)).toEqual({ text: `${SHOWN} ${OTHER_KEY}` })
  })

  test('published ones of which the server shows none are refused, with what that may mean', () => {
    expect(check('hostKeys', OTHER_KEY, {}, KEYS_SEEN)).toMatchObject({
      problem: 'the server shows none of these keys',
      hint: expect.stringContaining('in between'),
    })
  })

  test('published ones are taken of a server that is silent', () => {
    expect(check('hostKeys', OTHER_KEY, {}, SILENT)).toEqual({ text: OTHER_KEY })
  })
})

describe('what the schema and the rules of the file refuse is refused at once', () => {
  test.each<[Id, string, string, Answers?]>([
    ['name', 'Prod EU', 'is no name of Kubernetes: small letters, digits and -, at most 63'],
    ['url', 'file:///srv/git', 'is no address of a git repository: ssh://git@HOST/PATH or https://HOST/PATH'],
    ['branch', 'refs/heads/main', 'is no name of a branch'],
    ['path', '/etc', 'is a folder of a machine: it has to be relative to the root of the repository'],
    ['path', 'clusters/a/flux-system', 'ends in flux-system, which Flux makes below it: it would be there twice'],
    [
      'token',
      '$GIT_TOKEN',
      'is no name of an environment variable: capitals, digits and _, without $',
      { url: 'https://git.example.com/a/b' },
    ],
    ['sopsKey', 'post-quantum', 'is none of these'],
    ['recipients', 'age1nothing', 'is no recipient of age: age1… or an SSH public key', { sopsKey: 'x25519', backupHow: 'recipients' }],
    ['recipients', `${RECIPIENT}, ${RECIPIENT}`, 'is the same as number 1', { sopsKey: 'x25519', backupHow: 'recipients' }],
    ['shares', '5/3', 'is more than there are: 5 of 3 can never come together', { sopsKey: 'x25519', backupHow: 'shares' }],
    ['layout', 'oci', 'is none of these'],
    ['version', '2.99.0', 'is none of these'],
  ])('%s: %j', (id, text, problem, more) => {
    const found = check(id, text, more)

    expect('problem' in found ? found.problem.replace(/^\S+\[\d\] /, '') : found).toBe(problem)
  })
})

test.each([
  'ghp_0123456789abcdefghij',
  'https://me:secret@git.example.com/a',
  '-----BEGIN OPENSSH PRIVATE KEY',
  'AGE-SECRET-KEY-1QQQQQQQQ',
])('a secret is no answer to anything, and is not repeated: %s', (secret) => {
  for (const { id } of QUESTIONS) {
    const found = check(id, secret)

    expect(found).toHaveProperty('problem', expect.stringContaining('it is not repeated'))
    expect(JSON.stringify(found)).not.toContain(secret)
  }
})
