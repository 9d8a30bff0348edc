// The tables of releases and flags against what they were made from. The sources come from the Go module proxy where this machine lacks them.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildCatalogue, SOURCE } from '../../scripts/catalogue.ts'
import { controllerFlags } from '../../scripts/flags/controller.ts'
import { moduleFolder } from '../../scripts/flags/go-source.ts'
import { knows } from '../../src/flux/catalogue/flags.ts'
import stored from '../../src/flux/catalogue/releases.json' with { type: 'json' }

describe('the catalogue', () => {
  it('of releases is what the install manifests say', () => {
    const [module = '', version = ''] = SOURCE.split('@')

    const folder = moduleFolder(module, version) ?? ''

    expect(folder, `${SOURCE} could not be had from the module proxy`).not.toBe('')
    expect(buildCatalogue(join(folder, 'config', 'data', 'flux'))).toEqual(stored)
  })

  it('of flags is what the sources of a controller say', () => {
    const sources = controllerFlags('github.com/fluxcd/kustomize-controller', 'v1.9.3')

    expect(sources?.lacks).toEqual([])
    expect(sources?.flags.filter((flag) => knows('kustomize-controller', 'v1.9.3', 'flag', flag) !== 'yes')).toEqual([])
    expect(sources?.flags).toContain('custom-apply-stage-kinds')
    expect(sources?.gates).toMatchObject({ StrictPostBuildSubstitutions: true, ObjectLevelWorkloadIdentity: false })
  })
})
