// What of a Secret is the credential, and what is not.
import { describe, expect, test } from 'vitest'
import {
  changeTo,
  credentialOf,
  encoded,
  holds,
  kindOf,
  loginOf,
  nameOf,
  withCredential,
} from '../../../../runbooks/credentials-rotate/credential.ts'
import { sshKey } from '../../../helpers/ssh-keys.ts'

const data = (entries: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, encoded(value)]))

const SSH = ['ssh://git@git.example/home.git']
const HTTPS = ['https://git.example/home.git']

describe('the kind of a credential', () => {
  test.each([
    ['an SSH key', { identity: 'k', known_hosts: 'h' }, SSH, 'ssh'],
    ['a password', { username: 'u', password: 'p' }, HTTPS, 'basic'],
    ['a bearer token', { bearerToken: 't' }, HTTPS, 'bearer'],
    ['a key beside a password, read over SSH', { identity: 'k', username: 'u', password: 'p' }, SSH, 'ssh'],
  ])('is that of %s', (_what, entries, urls, kind) => {
    expect(kindOf(data(entries), urls)).toBe(kind)
  })

  test.each([
    ['sources of both sorts', { identity: 'k', username: 'u', password: 'p' }, [...SSH, ...HTTPS], /over SSH and by others over HTTPS/],
    ['a GitHub App', { githubAppID: '1', githubAppPrivateKey: 'k' }, HTTPS, /GitHub App/],
    ['no key for SSH', { username: 'u', password: 'p' }, SSH, /no entry identity/],
    ['nothing', {}, HTTPS, /no key, no password and no token/],
  ])('is none with %s', (_what, entries, urls, says) => {
    expect(kindOf(data(entries), urls)).toMatchObject({ problem: expect.stringMatching(says) })
  })
})

describe('an exchange', () => {
  test('leaves host keys, authorities and whatever else lies there', () => {
    const old = data({ identity: 'old', 'identity.pub': 'old', password: 'locked', known_hosts: 'h', 'ca.crt': 'c', note: 'mine' })

    const now = withCredential('ssh', old, data({ identity: 'new', 'identity.pub': 'new' }))

    expect(now).toEqual(data({ identity: 'new', 'identity.pub': 'new', known_hosts: 'h', 'ca.crt': 'c', note: 'mine' }))
  })

  test('takes out the passphrase of a key that is locked no more', () => {
    expect(changeTo('ssh', data({ identity: 'new' }))).toEqual({ identity: encoded('new'), 'identity.pub': null, password: null })
  })

  test('of a token leaves a key in the same Secret alone', () => {
    expect(credentialOf('basic', data({ identity: 'k', username: 'u', password: 'p' }))).toEqual(data({ username: 'u', password: 'p' }))
  })
})

describe('two credentials are the same', () => {
  test('whatever the spelling of their base64', () => {
    expect(holds('bearer', { bearerToken: 'dG9rZW4' }, { bearerToken: 'dG9rZW4=' })).toBe(true)
  })

  test('and not when only the passphrase differs', () => {
    expect(holds('ssh', data({ identity: 'k', password: 'a' }), data({ identity: 'k' }))).toBe(false)
  })

  test('whatever their public copy says', () => {
    expect(holds('ssh', data({ identity: 'k' }), data({ identity: 'k', 'identity.pub': 'p' }))).toBe(true)
  })
})

test('a key is told by its fingerprint, and a token by nothing of it', () => {
  const { identity } = sshKey()

  expect(nameOf('ssh', data({ identity }))).toMatch(/^SHA256:\S{43} \(ssh-ed25519\)$/)
  expect(nameOf('ssh', data({ identity: 'rubbish' }))).toBe('a key that cannot be read')
  expect(nameOf('basic', data({ username: 'bot', password: 'hidden' }))).toBe('password of user bot')
  expect(nameOf('bearer', data({ bearerToken: 'hidden' }))).toBe('bearer token')
})

test('what git is let in with prints nothing of the secret', () => {
  const login = [
    loginOf('ssh', data({ identity: 'hidden', password: 'hidden', known_hosts: 'h' })),
    loginOf('basic', data({ username: 'u', password: 'hidden' })),
  ]

  expect(JSON.stringify(login)).not.toContain('hidden')
})
