import { expect, it } from 'vitest'
import type { UpgradePlan } from '../../../runbooks/upgrade/plan-schema.ts'
import { recheck } from '../../../runbooks/upgrade/steps/push.ts'
import { OpsError } from '../../../src/errors.ts'
import { fakeContext } from '../actions/fakes.ts'

const PINNED = '/repo/cluster/kustomization.yaml'
const plan = {
  repo: { root: '/repo' },
  to: '2.9.2',
  tree: ['cluster'],
  unmigrated: [],
  pins: [{ file: 'cluster/kustomization.yaml' }],
} as unknown as UpgradePlan

const at = (version: string) =>
  fakeContext({ files: new Map([[PINNED, `resources:\n  - https://github.com/fluxcd/flux2/manifests/install?ref=v${version}\n`]]) })

it('lets a commit go whose pins are at the target, and stops one that others have moved', async () => {
  await expect(recheck(at('2.9.2'), plan)).resolves.toBeUndefined()
  await expect(recheck(at('2.7.3'), plan)).rejects.toMatchObject({ code: 'repository-moved', message: expect.stringContaining('v2.7.3') })
})

it('does not take a pinned file that cannot be read for one that is at the target', async () => {
  const ctx = at('2.9.2')
  const readText = async () => Promise.reject(new OpsError({ code: 'file-binary', message: 'is not text' }))

  await expect(recheck({ ...ctx, files: { ...ctx.files, readText } }, plan)).rejects.toMatchObject({
    code: 'repository-moved',
    message: expect.stringContaining('cluster/kustomization.yaml  cannot be read: is not text'),
  })
})
