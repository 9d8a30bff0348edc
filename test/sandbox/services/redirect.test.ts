import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { flux2Repository } from '../../../src/sandbox/services/redirect/flux2-repository.ts'
import { flux2Tree, installedControllers } from '../../../src/sandbox/services/redirect/tree.ts'

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'flux-ops-redirect-'))
})
afterEach(async () => await rm(dir, { recursive: true, force: true }))

async function releases(...versions: string[]): Promise<string> {
  const root = join(dir, 'manifests')
  for (const version of versions) {
    await mkdir(join(root, `v${version}`), { recursive: true })
    for (const name of ['source-controller', 'rbac', 'policies']) {
      await writeFile(join(root, `v${version}`, `${name}.yaml`), `kind: ConfigMap\nmetadata:\n  name: ${name}-é-${version}\n`)
    }
  }
  return root
}

const git = (repository: string, ...args: string[]): string => execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' }).trim()

test('the stand-in for github.com/fluxcd/flux2 has one tag a release, in the order of their versions', async () => {
  const root = await releases('2.9.2', '2.10.0', '2.7.3')

  const repository = await flux2Repository(root, join(dir, 'cache'))

  expect(git(repository, 'log', '--format=%s', 'main').split('\n')).toEqual(['Release v2.10.0', 'Release v2.9.2', 'Release v2.7.3'])
  expect(git(repository, 'show', 'v2.7.3:manifests/rbac/rbac.yaml')).toContain('rbac-é-2.7.3')
})

test('the same manifests give the same commits on every machine', async () => {
  const root = await releases('2.7.3', '2.9.2')

  const one = await flux2Repository(root, join(dir, 'one'))
  const other = await flux2Repository(root, join(dir, 'other'))

  expect(git(one, 'rev-parse', 'main')).toBe(git(other, 'rev-parse', 'main'))
})

test('other manifests give another repository beside the first one', async () => {
  const root = await releases('2.7.3')
  const first = await flux2Repository(root, join(dir, 'cache'))
  await releases('2.9.2')

  const second = await flux2Repository(root, join(dir, 'cache'))

  expect(second).not.toBe(first)
  expect(git(second, 'tag').split('\n')).toEqual(['v2.7.3', 'v2.9.2'])
})

test('source-watcher is installed by default since 2.8.7 only', () => {
  expect(installedControllers('2.8.6')).not.toContain('source-watcher')
  expect(installedControllers('2.8.7')).toContain('source-watcher')
})

test('the CRDs of all controllers can be had by themselves', () => {
  const crd = (name: string): string => `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: ${name}\n`
  const manifests = {
    'source-controller.yaml': `${crd('a')}---\nkind: Deployment\n`,
    'helm-controller.yaml': `kind: Deployment\n---\n${crd('b')}`,
  }

  const tree = flux2Tree('2.7.3', manifests)

  expect(tree['manifests/crds/crds.yaml']).toBe(`${crd('a')}---\n${crd('b')}`)
})
