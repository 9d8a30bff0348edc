// Terraform keeps Flux: what to change is printed, nothing is written.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fluxOps } from '../../faults/harness/cli.ts'
import { type Fixture, fixture, TO } from '../fixture.ts'

describe('a repository with a flux_bootstrap_git resource', () => {
  let sandbox: Fixture
  beforeAll(async () => {
    sandbox = await fixture('bootstrap')
  })
  afterAll(async () => sandbox?.remove())

  test('is told the line to change and the commands around it, with exit 3 and nothing written', async () => {
    const folder = join(sandbox.paths.repo, 'infra')
    await mkdir(folder, { recursive: true })
    await writeFile(
      join(folder, 'flux.tf'),
      'resource "flux_bootstrap_git" "this" {\n  path    = "clusters/prod"\n  version = "v2.7.3"\n}\n',
    )
    const before = [await sandbox.git('rev-parse', 'HEAD'), await sandbox.git('status', '--porcelain'), ...(await sandbox.images())]

    const said = await fluxOps(sandbox.paths, ['upgrade', '--to', TO, '--yes'])

    expect(said.code).toBe(3)
    expect(said.output).toContain(`infra/flux.tf:3  flux_bootstrap_git.this: version = "v2.7.3"  →  version = "v${TO}"`)
    expect(said.output).toContain('terraform plan, then terraform apply')
    expect([await sandbox.git('rev-parse', 'HEAD'), await sandbox.git('status', '--porcelain'), ...(await sandbox.images())]).toEqual(
      before,
    )
  })
})
