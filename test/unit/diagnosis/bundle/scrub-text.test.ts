import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createScrub, scrubLong } from '../../../../src/diagnosis/bundle/scrub-text.ts'
import { SHAPES } from './canaries.ts'

const scrub = createScrub()

const BESIDE = fc.constantFrom('', ' ', 'failed: ', '\n', '{"level":"error","msg":"x"} ', 'a ', ', ')

describe('what has the shape of a secret', () => {
  test.each(Object.entries(SHAPES))('%s is taken out, whatever stands beside it', (_title, planted) => {
    fc.assert(
      fc.property(planted, BESIDE, ({ text, secret }, before) => {
        expect(scrub(`${before}${text}`)).not.toContain(secret)
      }),
    )
  })

  test('a text that has gone through stays as it is', () => {
    fc.assert(
      fc.property(fc.oneof(...Object.values(SHAPES)), BESIDE, ({ text }, before) => {
        const once = scrub(`${before}${text}`)

        expect(scrub(once)).toBe(once)
      }),
    )
  })
})

describe('what controllers say', () => {
  test.each([
    "could not resolve Secret chart values reference 'x/y' with key 'values.yaml': secrets \"y\" not found",
    'BuildFailed secrets "sops-age" not found',
    'failed to get secret \'flux-system/git\': Secret "git" not found',
    "decryption failed for 'Secret.v1.[noGrp]/web': cannot get sops data key",
    'Secret/default/web is SOPS encrypted, configuring decryption is required for this secret to be reconciled',
    'failed to checkout and determine revision: unable to list remote: ssh: handshake failed: knownhosts: key mismatch',
    'authentication required: basic authentication of the server, bearer token is not enough',
    "substitute from 'Secret/cluster-secrets' error: not found",
    'stored artifact for revision main@sha1:2b0e7a4d1c9f8e6b5a3d2c1b0f9e8d7c6b5a4f3e',
    'pulled ghcr.io/fluxcd/source-controller:v1.7.2@sha256:8a3e5f0c1b2d4e6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7',
    'host key fingerprint SHA256:uNiVztksCsDhcc0u9e8BrXJXGTuaDiF8I9XQxNgG1rs of git.example',
    'Deployment/production-infrastructure/KubePrometheusStackOperator2 dry-run failed (Invalid)',
    'User "system:serviceaccount:apps:reconciler" cannot patch resource "deployments" in API group "apps"',
    'no matches for kind "ServiceMonitor" in version "monitoring.coreos.com/v1"',
    'clone ssh://git@git.example/home.git failed: EOF',
    "Receiver token: the Secret 'webhook-token' cannot be read",
  ])('stays as it is: %s', (said) => {
    expect(scrub(said)).toBe(said)
  })
})

test('a value that is known to be secret is taken out of any text', () => {
  const knowing = createScrub((text) => text.replaceAll('correcthorse', '[redacted]'))

  expect(knowing('the word correcthorse, unmarked')).toBe('the word [redacted], unmarked')
})

test.each([
  ['colons', 'password:'],
  ['names', 'token'],
  ['quotes', '"password":"'],
  ['beginnings of keys', '-----BEGIN RSA PRIVATE KEY-----'],
  ['addresses', 'https://'],
  ['words of URLs', '://a:'],
  ['dots', 'a.b-c_'],
  ['equals', 'secret = '],
])('a megabyte of %s takes no time', (_title, part) => {
  const text = part.repeat(Math.ceil(2 ** 20 / part.length))
  const before = process.cpuUsage()

  scrubLong(text)

  expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000)
})
