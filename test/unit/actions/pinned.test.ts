import { expect, it } from 'vitest'
import type { Repository } from '../../../src/actions/installation.ts'
import { assertReverted, notPinnedTo } from '../../../src/actions/pinned.ts'
import { fakeContext } from './fakes.ts'

const repo = { root: '/repo' } as Repository
const instance = (version: string): string =>
  `kind: FluxInstance\nmetadata:\n  name: flux\nspec:\n  distribution:\n    version: ${version}\n`

it('reads the version of a FluxInstance as a pin, as it does those of the other styles', async () => {
  const ctx = fakeContext({ files: new Map([['/repo/flux.yaml', instance('2.9.2')]]) })

  expect(await notPinnedTo(ctx, repo, ['flux.yaml'], { flux: '2.9.2' })).toEqual([])
  expect(await notPinnedTo(ctx, repo, ['flux.yaml'], { flux: '2.7.3' })).toEqual(['flux.yaml:6  pinned to 2.9.2'])
})

it('tells of a file that is not there, and of one that pins nothing any more', async () => {
  const ctx = fakeContext({ files: new Map([['/repo/none.yaml', 'a: 1\n']]) })

  expect(await notPinnedTo(ctx, repo, ['gone.yaml', 'none.yaml'], { flux: '2.9.2' })).toEqual([
    'gone.yaml: no /repo/gone.yaml',
    'none.yaml  has no version pin any more',
  ])
})

it('takes a range for no answer, whatever it means today', async () => {
  const ctx = fakeContext({ files: new Map([['/repo/flux.yaml', instance('2.9.x')]]) })

  expect(await notPinnedTo(ctx, repo, ['flux.yaml'], { flux: '2.9.2' })).toEqual([
    expect.stringMatching(/^flux\.yaml:6 {2}2\.9\.x is a range/),
  ])
})

const release = (version: string): string =>
  `kind: HelmRelease\nmetadata:\n  name: flux\nspec:\n  chart:\n    spec:\n      chart: flux2\n      version: ${version}\n`

it('compares the version of a chart with that of the chart that is wanted, and not with Flux', async () => {
  const ctx = fakeContext({ files: new Map([['/repo/release.yaml', release('2.19.2')]]) })

  expect(await notPinnedTo(ctx, repo, ['release.yaml'], { flux: '2.9.2', chart: '2.19.2' })).toEqual([])
  expect(await notPinnedTo(ctx, repo, ['release.yaml'], { flux: '2.7.3', chart: '2.17.3' })).toEqual([
    'release.yaml:8  the chart is pinned to 2.19.2',
  ])
})

it('knows a revert by the chart that is gone', async () => {
  const plan = { repo: { ...repo, branch: 'main' }, pins: [{ file: 'release.yaml' }] }
  const off = { flux: '2.9.2', chart: '2.19.2' }
  const asked = (version: string) => assertReverted(fakeContext({ files: new Map([['/repo/release.yaml', release(version)]]) }), plan, off)

  await expect(asked('2.17.3')).resolves.toBeUndefined()
  await expect(asked('2.19.2')).rejects.toMatchObject({
    code: 'revert-differs',
    message: expect.stringContaining('release.yaml:8  the chart is pinned to 2.19.2'),
  })
})
