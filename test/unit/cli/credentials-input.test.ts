// What `credentials rotate` hands to its runbook, and so to the journal.
import { expect, test } from 'vitest'
import { rotateFlags } from '../../../src/cli/credentials/rotate-flags.ts'
import { rotateInput } from '../../../src/cli/credentials/rotate-input.ts'

const given = { namespace: 'flux-system', repoNamed: false, env: { NEW: 'very-secret' } }
const flags = { repo: '/clone', 'keep-old': false, timeout: 300 }

test('a name without a namespace is in that of Flux', () => {
  expect(rotateInput({ ...flags, source: 'home', secret: undefined }, given)).toMatchObject({ source: 'flux-system/home' })
  expect(rotateInput({ ...flags, secret: 'team/key' }, given)).toMatchObject({ secret: 'team/key' })
})

test('of a token it is where it is, and not what it is', () => {
  const input = rotateInput({ ...flags, 'token-env': 'NEW' }, given)

  expect(input).toMatchObject({ next: { how: 'token', env: 'NEW', file: null, username: null } })
  expect(JSON.stringify(input)).not.toContain('very-secret')
})

test('a token in place of the name of its variable is refused and not repeated', () => {
  const typed = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz'

  expect(() => rotateInput({ ...flags, 'token-env': typed }, given)).toThrow(
    expect.objectContaining({ code: 'variable-empty', message: expect.not.stringContaining(typed) }),
  )
})

test('a token that can be no name is refused and not repeated', async () => {
  const parse = rotateFlags['token-env'].parse as (value: string) => Promise<string>

  await expect(parse('glpat-x.y/z')).rejects.toMatchObject({ code: 'flag-invalid', message: expect.not.stringContaining('glpat') })
})

test('a user name goes with a token alone', () => {
  expect(() => rotateInput({ ...flags, username: 'bot' }, given)).toThrow(expect.objectContaining({ code: 'flag-invalid' }))
})

test.each(['a/b/c', '-x', 'A', 'a b'])('%j is no name of an object', async (value) => {
  const parse = rotateFlags.secret.parse as (value: string) => Promise<string>

  await expect(parse(value)).rejects.toMatchObject({ code: 'flag-invalid' })
})
