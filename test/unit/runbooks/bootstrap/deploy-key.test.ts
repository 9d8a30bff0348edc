// The key that is made for Flux, as it lies in its Secret.
import { expect, test } from 'vitest'
import { newSecretData, onlyPinned, pushesWithKey } from '../../../../runbooks/bootstrap/deploy-key.ts'
import type { BootstrapPlan } from '../../../../runbooks/bootstrap/plan-schema.ts'
import { readPrivateKey } from '../../../../src/ssh/private-key.ts'
import { publicLine } from '../../../../src/ssh/public-key.ts'

const file = {
  metadata: { name: 'prod' },
  flux: { namespace: 'flux-system', components: ['source-controller'], componentsExtra: [] },
} as unknown as BootstrapPlan['file']

const PINNED = ['git.test ssh-ed25519 AAAA1', 'git.test ssh-rsa AAAA2']

const text = (value: string | undefined): string => Buffer.from(value ?? '', 'base64').toString()

test.each(['ed25519', 'ecdsa-p384', 'rsa-4096'] as const)('of %s both halves and the pinned host keys are in the Secret', (algorithm) => {
  const data = newSecretData(file, algorithm, PINNED)

  const read = readPrivateKey(text(data.identity))
  expect(read && publicLine(read.public, 'flux-system@prod')).toBe(text(data['identity.pub']).trimEnd())
  expect(text(data.known_hosts)).toBe(`${PINNED.join('\n')}\n`)
})

test.each([
  ['the same keys', 'git.test ssh-rsa AAAA2\ngit.test ssh-ed25519 AAAA1\n', true],
  ['one of them, under a hashed name', '|1|c2FsdA==|aGFzaA== ssh-ed25519 AAAA1\n', true],
  ['another key beside them', 'git.test ssh-ed25519 AAAA1\ngit.test ssh-ed25519 AAAA9\n', false],
  ['another type with the same bytes', 'git.test ssh-dss AAAA1\n', false],
  ['nothing', '', false],
])('host keys of a Secret that is there: %s', (_what, knownHosts, expected) => {
  expect(onlyPinned(knownHosts, PINNED)).toBe(expected)
})

test('only image-automation-controller pushes with it', () => {
  expect(pushesWithKey(file)).toBe(false)
  expect(pushesWithKey({ flux: { ...file.flux, componentsExtra: ['image-automation-controller'] } } as BootstrapPlan['file'])).toBe(true)
})
