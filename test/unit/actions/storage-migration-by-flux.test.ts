import { describe, expect, it } from 'vitest'
import { migrateByFlux } from '../../../src/actions/storage-migration/by-flux.ts'
import type { Command } from '../../../src/ports/exec.ts'
import { crdObject, FakeKube, fakeContext } from './fakes.ts'

const GROUP = 'source.toolkit.fluxcd.io'
const clusterStoring = (stored: string[]): FakeKube => {
  const kube = new FakeKube()
  kube.put('customresourcedefinitions', crdObject('buckets', GROUP, 'Bucket', { versions: ['v1', 'v1beta2'], storage: 'v1', stored }))
  return kube
}

const SAID = `► starting migration of custom resources
✔ Bucket/apps/one migrated to version v1
✔ Bucket/apps/two migrated to version v1
✔ buckets.${GROUP} migrated to storage version v1
✔ custom resources migrated successfully
`

describe('migration by the flux CLI', () => {
  it('is one command, with the time of the run for all of it, and says what the CLI did', async () => {
    const asked: Command[] = []
    const exec = (command: Command) => {
      asked.push(command)
      return { stderr: SAID }
    }

    const result = await migrateByFlux(fakeContext({ kube: clusterStoring(['v1']), exec }), 600_000)

    expect(asked.map(({ tool, args, effect }) => [tool, ...args, effect])).toEqual([['flux', 'migrate', '--timeout=600s', 'write']])
    expect(result).toEqual({ objects: 2, crds: [`buckets.${GROUP}`] })
  })

  it('fails, naming what is left, when the CLI ended well without migrating all', async () => {
    const ctx = fakeContext({ kube: clusterStoring(['v1beta2', 'v1']), exec: () => ({ stderr: SAID }) })

    await expect(migrateByFlux(ctx, 300_000)).rejects.toMatchObject({
      code: 'migrate-incomplete',
      message: 'flux migrate ended well and left:\n  Bucket: no objects, storedVersions [v1beta2, v1] → [v1]',
    })
  })
})
