// Kubernetes 1.33 under Flux 2.9, which is tested with 1.34 and newer: the CLI of that very release asks for less than its own support table.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { down, environment, type SandboxPaths, sandboxPaths, standardServices, standardTools, up } from '../../src/sandbox/index.ts'
import { runBuilt } from '../helpers/built-program.ts'
import { manifestsDir } from '../sandbox/scratch.ts'
import { expectRefused, FROM, TO } from './desk.ts'

const NAME = 'old-kubernetes'
let root: string
let paths: SandboxPaths

const run = async (tool: string, ...args: string[]): Promise<string> => {
  const { stdout, stderr } = await promisify(execFile)(join(paths.bin, tool), args, { env: environment({ dir: paths.dir }) })
  return `${stdout}${stderr}`
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'flux-ops-kubernetes-'))
  paths = sandboxPaths(join(root, NAME))
  const all = await standardTools(true, () => {}, ['kubernetes-1.33'])
  const tools = { ...all, 'kube-apiserver': all['kube-apiserver-1.33.13'] ?? '' }
  await up({ name: NAME, root, flux: FROM, style: 'pin', tools, manifestsDir, services: standardServices })
})
afterAll(async () => {
  await down(NAME, { root, delete: true, graceMs: 0 })
  await rm(root, { recursive: true, force: true })
})

test('is named by the plan, with the range that the release is tested with', async () => {
  const images = (): Promise<string> =>
    run('kubectl', '-n', 'flux-system', 'get', 'deployments', '-o', 'jsonpath={.items[*].spec.template.spec}')
  const before = await images()

  const said = await runBuilt(paths, ['upgrade', 'plan', '--to', TO], { state: join(paths.dir, 'evidence', 'hazards') })

  expectRefused(said, 'kubernetes-supported', 'Kubernetes v1.33.13 is too old: Flux 2.9 is tested with Kubernetes 1.34 to 1.36')
  expect(await images()).toBe(before)
})

test('passes flux check --pre of that release', async () => {
  expect(await run('flux', '--version')).toContain(TO)

  const said = await run('flux', 'check', '--pre')

  expect(said).toContain('Kubernetes 1.33.13 >=1.33.0-0')
  expect(said).toContain('prerequisites checks passed')
})
