import { expect, it } from 'vitest'
import type { Repository } from '../../../src/actions/installation.ts'
import { notPinnedTo } from '../../../src/actions/pinned.ts'
import { fakeContext } from './fakes.ts'

const repo = { root: '/repo' } as Repository
const instance = (version: string): string =>
  `kind: FluxInstance\nmetadata:\n  name: flux\nspec:\n  distribution:\n    version: ${version}\n`

it('reads the version of a FluxInstance as a pin, as it does those of the other styles', async () => {
  const ctx = fakeContext({ files: new Map([['/repo/flux.yaml', instance('2.9.2')]]) })

  expect(await notPinnedTo(ctx, repo, ['flux.yaml'], '2.9.2')).toEqual([])
  expect(await notPinnedTo(ctx, repo, ['flux.yaml'], '2.7.3')).toEqual(['flux.yaml:6  pinned to 2.9.2'])
})

it('tells of a file that is not there, and of one that pins nothing any more', async () => {
  const ctx = fakeContext({ files: new Map([['/repo/none.yaml', 'a: 1\n']]) })

  expect(await notPinnedTo(ctx, repo, ['gone.yaml', 'none.yaml'], '2.9.2')).toEqual([
    'gone.yaml: no /repo/gone.yaml',
    'none.yaml  has no version pin any more',
  ])
})
