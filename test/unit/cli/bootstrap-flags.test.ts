// Flags of `bootstrap` that say the same as fields of the file.
import { expect, test } from 'vitest'
import { withFlags } from '../../../src/cli/bootstrap/start-bootstrap.ts'
import type { ClusterFile } from '../../../src/cluster-file/schema.ts'

const fileOf = (style: string, git: object): ClusterFile => ({ flux: { style }, git }) as unknown as ClusterFile
const NOTHING = { noPush: false, pullRequest: undefined, repo: undefined }
const ASKED = { forge: undefined, url: undefined }

test('without a flag it is as the file says', () => {
  const git = { publish: 'pr', pullRequest: { forge: 'gitea' } }

  expect(withFlags(fileOf('git', git), NOTHING).git).toEqual(git)
})

test('a flag counts for more than the file, and leaves the rest of it', () => {
  const file = fileOf('git', { publish: 'push', pullRequest: { forge: 'gitea', url: 'https://a.test' } })

  expect(withFlags(file, { ...NOTHING, pullRequest: { ...ASKED, url: 'https://b.test' } }).git).toEqual({
    publish: 'pr',
    pullRequest: { forge: 'gitea', url: 'https://b.test' },
  })
  expect(withFlags(file, { ...NOTHING, noPush: true }).git).toEqual({ publish: 'none' })
})

test.each([
  ['a pull request with the style of a forge', 'gitea', { ...NOTHING, pullRequest: ASKED }, 'flag-forge'],
  ['no push with the style of a forge', 'github', { ...NOTHING, noPush: true }, 'flag-forge'],
  ['a clone of a person beside a push', 'git', { ...NOTHING, repo: '/repo' }, 'flag-repo'],
])('refused is %s', (_what, style, flags, code) => {
  expect(() => withFlags(fileOf(style, { publish: 'push' }), flags)).toThrow(expect.objectContaining({ code }))
})
