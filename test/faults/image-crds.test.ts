// One hop with the image CRDs in the cluster, their controllers deployed and objects of them stored as v1beta2, which 2.9 does not have.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { release } from '../../src/flux/catalogue/index.ts'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { type Driven, drive } from '../runbooks/desk.ts'
import { type Fixture, FROM, fixture, TO } from '../runbooks/fixture.ts'
import { addImageObjects } from '../runbooks/upgrade/chain-sandbox.ts'

const tagsOf = (version: string): string[] =>
  ['image-automation', 'image-reflector'].map((name) => {
    const found = release(version).controllers.find((each) => each.component === `${name}-controller`)
    return `ghcr.io/fluxcd/${name}-controller:${found?.tag}`
  })
const ofImages = (images: readonly string[]): string[] => images.filter((image) => image.includes('/image-'))

describe('an upgrade with image automation', () => {
  let sandbox: Fixture
  let done: Driven

  /** Takes the patches out that leave the image controllers away. */
  const deployImageControllers = async (): Promise<void> => {
    for (const path of ['cluster/flux/config/flux.yaml', 'cluster/bootstrap/kustomization.yaml']) {
      const file = join(sandbox.paths.repo, path)
      await writeFile(file, (await readFile(file, 'utf8')).replace('name: image-.*|source-watcher', 'name: source-watcher'))
    }
  }

  beforeAll(async () => {
    sandbox = await fixture('pin')
    await deployImageControllers()
    await addImageObjects(sandbox)
    await waitUntil('the image controllers to be deployed', async () => ofImages(await sandbox.images()).length === 2, {
      withinMs: 120_000,
    })
    await sandbox.run('kubectl', '-n', 'flux-system', 'rollout', 'status', 'deployment', 'image-reflector-controller', '--timeout=60s')
    await sandbox.run('kubectl', '-n', 'flux-system', 'rollout', 'status', 'deployment', 'image-automation-controller', '--timeout=60s')
  })
  afterAll(async () => sandbox?.remove())

  test('begins with objects in an API version that the target drops', async () => {
    expect(ofImages(await sandbox.images())).toEqual(tagsOf(FROM))
    expect((await sandbox.storedVersions())['imagepolicies.image.toolkit.fluxcd.io']).toEqual(['v1beta2', 'v1'])
    expect(await sandbox.run('kubectl', 'get', 'imagepolicy', 'hello', '-n', 'default', '--show-managed-fields', '-o', 'yaml')).toContain(
      'v1beta2',
    )
  })

  test('is one hop that ends with all of them at the target', async () => {
    done = await drive({ dir: sandbox.paths.dir, runbook: 'upgrade', input: { to: TO, repo: sandbox.paths.repo, timeoutSeconds: 120 } })

    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
    expect(done.state.plan).not.toHaveProperty('hops')
    expect(ofImages(await sandbox.images())).toEqual(tagsOf(TO))
  })

  test('leaves no trace of the dropped version in git, in the store or in managedFields', async () => {
    expect(await sandbox.git('grep', '-c', 'image.toolkit.fluxcd.io/v1 ', '--', 'cluster')).toMatch(/images\.yaml:2/)
    expect((await sandbox.storedVersions())['imagepolicies.image.toolkit.fluxcd.io']).toEqual(['v1'])
    const text = await sandbox.run('kubectl', 'get', 'imagepolicies,imagerepositories', '-A', '--show-managed-fields', '-o', 'yaml')
    expect(text).not.toContain('v1beta2')
  })
})
