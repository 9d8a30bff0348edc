import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRedactor } from '../../../src/adapters/redactor.ts'
import { Secret } from '../../../src/ports/secret.ts'

const secretText = fc
  .string({ minLength: 6, maxLength: 40, unit: fc.constantFrom(...'abcXYZ0123456789+/=$&.*\\"{}%é\n') })
  .filter((text) => text.trim().length >= 6)
const noise = fc.string({ maxLength: 30, unit: 'binary' })

describe('the redactor', () => {
  test('lets no registered secret through, wherever it stands', () => {
    fc.assert(
      fc.property(secretText, noise, noise, (secret, before, after) => {
        const redactor = createRedactor()
        redactor.register(new Secret(secret))

        expect(redactor.clean(`${before}${secret}${after}`)).not.toContain(secret.trim())
      }),
    )
  })

  test('lets no registered secret through in base64, alone or inside a longer text', () => {
    fc.assert(
      fc.property(secretText, noise, noise, (secret, before, after) => {
        const redactor = createRedactor()
        redactor.register(secret)
        const cleaned = redactor.clean(Buffer.from(`${before}${secret.trim()}${after}`).toString('base64'))

        expect(cleaned).toContain('[redacted]')
      }),
    )
  })

  test('lets no registered secret through as JSON or in a URL', () => {
    const redactor = createRedactor()
    redactor.register('pa"ss/wörd&1')

    const cleaned = redactor.clean(`${JSON.stringify('pa"ss/wörd&1')} ${encodeURIComponent('pa"ss/wörd&1')}`)

    expect(cleaned).toBe('"[redacted]" [redacted]')
  })

  test.each([
    ['an age key', `AGE-SECRET-KEY-1${'Q'.repeat(58)}`],
    ['a post-quantum age key', `AGE-SECRET-KEY-PQ-1${'Q'.repeat(58)}`],
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----'],
    ['a private key that was cut off', '-----BEGIN RSA PRIVATE KEY-----\nMIIEow'],
    ['a bearer header', 'Authorization: Bearer abcdefghijklmnop'],
    ['a basic header', 'authorization: Basic dXNlcjpwYXNz'],
    ['a JWT', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl'],
    ['a GitHub token', `ghp_${'a'.repeat(36)}`],
    ['a fine-grained GitHub token', `github_pat_${'a'.repeat(40)}`],
    ['a GitLab token', `glpat-${'a'.repeat(20)}`],
  ])('knows %s by its shape', (_what, secret) => {
    const cleaned = createRedactor().clean(`before ${secret}`)

    expect(cleaned).toContain('[redacted]')
    expect(cleaned).toMatch(/^before /)
    expect(cleaned).not.toContain(secret.slice(-6))
  })

  test('takes the password out of a URL and leaves the rest', () => {
    expect(createRedactor().clean('fetch https://me:hunter2@git.example.com/x.git')).toBe(
      'fetch https://me:[redacted]@git.example.com/x.git',
    )
  })

  test.each(['ssh://git@github.com/org/repo', 'age1qyqszqgpqyqszqgp', 'main@sha1:abcdef', 'https://git.example.com:8443/a@b'])(
    'leaves %s alone',
    (text) => {
      expect(createRedactor().clean(text)).toBe(text)
    },
  )

  test('does not register values too short to be secrets', () => {
    const redactor = createRedactor()
    redactor.register('main')

    expect(redactor.clean('branch main')).toBe('branch main')
  })
})
