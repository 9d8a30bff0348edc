// Who names a Secret.
import { expect, test } from 'vitest'
import { secretUses } from '../../../src/flux/secret-users.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'

const object = (kind: string, spec: object, namespace = 'flux-system'): KubeObject => ({
  apiVersion: 'x.fluxcd.io/v1',
  kind,
  metadata: { name: 'a', namespace },
  spec,
})

const paths = (...objects: KubeObject[]): string[] => secretUses('flux-system/key', objects).map(({ where, path }) => `${where} ${path}`)

test.each([
  ['GitRepository', { secretRef: { name: 'key' } }, 'spec.secretRef'],
  ['GitRepository', { verify: { secretRef: { name: 'key' } } }, 'spec.verify.secretRef'],
  ['OCIRepository', { certSecretRef: { name: 'key' } }, 'spec.certSecretRef'],
  [
    'Kustomization',
    {
      postBuild: {
        substituteFrom: [
          { kind: 'ConfigMap', name: 'key' },
          { kind: 'Secret', name: 'key' },
        ],
      },
    },
    'spec.postBuild.substituteFrom[1]',
  ],
  ['HelmRelease', { valuesFrom: [{ kind: 'Secret', name: 'key' }] }, 'spec.valuesFrom[0]'],
  ['FluxInstance', { sync: { pullSecret: 'key' } }, 'spec.sync.pullSecret'],
])('%s %j names it', (kind, spec, path) => {
  expect(paths(object(kind, spec))).toEqual([`${kind} flux-system/a ${path}`])
})

test.each([
  ['another name', object('GitRepository', { secretRef: { name: 'other' } })],
  ['another namespace', object('GitRepository', { secretRef: { name: 'key' } }, 'apps')],
  ['values of a chart', object('HelmRelease', { values: { secretRef: { name: 'key' } } })],
  ['no spec', { apiVersion: 'v1', kind: 'GitRepository', metadata: { name: 'a', namespace: 'flux-system' } }],
])('%s does not', (_what, one) => {
  expect(paths(one)).toEqual([])
})
