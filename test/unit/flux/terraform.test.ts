import { describe, expect, it } from 'vitest'
import { terraformSteps } from '../../../src/flux/style-terraform.ts'
import { bootstrapResources } from '../../../src/flux/terraform.ts'
import { flux } from './objects.ts'

const PROD = [flux('Kustomization', 'flux-system', { spec: { path: './clusters/prod' } })]
const tf = (...body: string[]) => [
  { path: 'infra/flux.tf', text: `# ours\nresource "flux_bootstrap_git" "this" {\n${body.map((line) => `  ${line}\n`).join('')}}\n` },
]
const steps = (...body: string[]): string => terraformSteps({ resources: bootstrapResources(tf(...body), PROD) }, '2.9.2').join('\n')

describe('the change of a flux_bootstrap_git resource', () => {
  it('names the line of the attribute version, as it is and as it has to be', () => {
    expect(steps('path = "clusters/prod"', 'version = "v2.7.3" # pinned')).toContain(
      'infra/flux.tf:4  flux_bootstrap_git.this: version = "v2.7.3"  →  version = "v2.9.2"',
    )
  })

  it('adds the attribute where the provider takes its own default', () => {
    expect(steps('path = "clusters/prod"')).toContain('infra/flux.tf:2  add to flux_bootstrap_git.this:  version = "v2.9.2"')
  })

  it('points to what an expression refers to', () => {
    expect(steps('version = var.flux_version')).toContain('version = var.flux_version: set what it refers to to "v2.9.2"')
  })

  it('raises the provider where the manifests are embedded in it', () => {
    expect(steps('embedded_manifests = true', 'version = "v2.7.3"')).toContain('raise the version of the provider fluxcd/flux')
  })

  it('says nothing of the resource of another cluster', () => {
    expect(bootstrapResources(tf('path = "clusters/staging"'), PROD)).toEqual([])
  })
})
