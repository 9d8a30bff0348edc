// Who commits clones by itself, with the address and the credential of its source: what keeps the source out keeps it out too. As image-automation-controller 1.0.3 says it.
import { expect, test } from 'vitest'
import { diagnosed, not, object, suspended } from './objects.ts'

const NO_ROUTE = 'unable to clone: dial tcp: connect: connection refused'

const source = object('GitRepository', 'a/src')
const unreached = not(source, 'GitOperationFailed', `failed to checkout and determine revision: ${NO_ROUTE}`)
const updates = object('ImageUpdateAutomation', 'a/updates', { sourceRef: { kind: 'GitRepository', name: 'src' } })
const cannot = (what: string) => not(updates, 'GitOperationFailed', `failed to ${what} source: ${NO_ROUTE}`)

test('an ImageUpdateAutomation that cannot clone what its source cannot clone either waits for that', () => {
  expect(diagnosed([unreached, cannot('checkout')]).causes).toMatchObject([
    { object: 'GitRepository a/src', state: 'git-unreachable', blocks: ['ImageUpdateAutomation a/updates'] },
  ])
})

test.each([
  ['cannot clone what its source has cloned', source, cannot('checkout')],
  ['cannot clone what its source has cloned before it was suspended', suspended(source), cannot('checkout')],
  ['cannot push', unreached, cannot('update')],
  [
    'cannot clone what its source has cloned and does not use',
    not(source, 'InvalidCommitSignature', "signature verification of commit 'abc' failed"),
    cannot('checkout'),
  ],
])('one that %s is a cause itself', (_what, from, one) => {
  expect(diagnosed([from, one]).causes.map(({ object: name }) => name)).toContain('ImageUpdateAutomation a/updates')
})
