import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { INSTANCE_FILE, operatorContent } from '../../../src/sandbox/services/repositories/operator-content.ts'
import { INSTANCE_RELEASE_FILE, operatorHelmContent } from '../../../src/sandbox/services/repositories/operator-helm-content.ts'

const FACTS = { fluxVersion: '2.7.3', gitUrl: 'http://127.0.0.1:1/home-ops.git', registryHost: '127.0.0.1:2' }

describe('the repositories of the operator styles', () => {
  it('hold one FluxInstance of the asked version that follows this very repository', () => {
    const { plain } = operatorContent(FACTS, 'age1x')

    expect(parse(plain[INSTANCE_FILE] ?? '')).toMatchObject({
      kind: 'FluxInstance',
      metadata: { name: 'flux' },
      spec: { distribution: { version: '2.7.3' }, sync: { url: FACTS.gitUrl, path: 'clusters/prod' } },
    })
  })

  it('hold the same in the values of a HelmRelease, in the layout that people have', () => {
    const { plain } = operatorHelmContent(FACTS, 'age1x')

    const release = parse(plain[INSTANCE_RELEASE_FILE] ?? '')
    expect(release).toMatchObject({ kind: 'HelmRelease', spec: { chartRef: { kind: 'OCIRepository', name: 'flux-instance' } } })
    expect(release.spec.values.instance).toMatchObject({ distribution: { version: '2.7.3' }, sync: { name: 'home-kubernetes' } })
    expect(release.spec.values.instance.kustomize.patches).toHaveLength(6)
    expect(Object.keys(plain)).toEqual(
      expect.arrayContaining(
        ['ks.yaml', 'app/ocirepository.yaml', 'app/helmrelease.yaml', 'app/kustomization.yaml'].map(
          (file) => `kubernetes/main/apps/flux-system/flux-operator/${file}`,
        ),
      ),
    )
  })
})
