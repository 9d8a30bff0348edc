// The GitRepository of the repository that is rehearsed.
import { expect, test } from 'vitest'
import { ownSource } from '../../../src/rehearsal/own-source.ts'
import { flux } from './objects.ts'

const REMOTE = { url: 'http://127.0.0.1:4000/home-ops.git', user: 'sandbox', password: 'of-the-sandbox' }
const ID = 'flux-system/home'

test('follows the git server of the sandbox, with credentials under the name that it has', () => {
  const source = flux('GitRepository', 'home', {
    url: 'ssh://git@github.com/me/home',
    secretRef: { name: 'deploy-key' },
    ref: { branch: 'main' },
  })

  const own = ownSource([source], ID, REMOTE)

  expect(own.adapt(source).spec).toEqual({ url: REMOTE.url, secretRef: { name: 'deploy-key' }, ref: { branch: 'main' } })
  expect(own.values).toEqual({ 'flux-system/deploy-key': { username: 'sandbox', password: 'of-the-sandbox' } })
})

test('one without credentials gets some, as the git server of the sandbox lets nobody in without', () => {
  const source = flux('GitRepository', 'home', { url: 'https://github.com/me/home' })

  expect(ownSource([source], ID, REMOTE).adapt(source).spec.secretRef).toEqual({ name: 'flux-ops-rehearsal' })
})

test('no other object is changed', () => {
  const other = flux('GitRepository', 'other', { url: 'https://github.com/me/other' })
  const source = flux('GitRepository', 'home', { url: 'https://github.com/me/home' })

  expect(ownSource([source, other], ID, REMOTE).adapt(other)).toBe(other)
})

test.each([
  ['signatures are verified', { verify: { mode: 'HEAD' } }],
  ['it signs in as an app of the forge', { provider: 'github' }],
])('is refused where %s', (_why, spec) => {
  expect(() => ownSource([flux('GitRepository', 'home', { url: 'https://github.com/me/home', ...spec })], ID, REMOTE)).toThrow(
    expect.objectContaining({ code: 'rehearsal-source', exit: 'refused' }),
  )
})
