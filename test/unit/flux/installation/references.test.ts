// Which Secrets and ConfigMaps objects of Flux name.
import { expect, test } from 'vitest'
import { namedBy, secretsNamedBy } from '../../../../src/flux/installation/references.ts'
import { flux } from '../../rehearsal/objects.ts'

test('the Secrets that objects refer to are found, each once, in the namespace of the object', () => {
  const objects = [
    flux('Kustomization', 'a', {
      decryption: { secretRef: { name: 'age' } },
      postBuild: { substituteFrom: [{ kind: 'Secret', name: 'vars' }] },
    }),
    flux('Kustomization', 'b', {
      decryption: { secretRef: { name: 'age' } },
      postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'no' }] },
    }),
    flux('HelmRelease', 'c', { valuesFrom: [{ kind: 'Secret', name: 'values' }] }, 'media'),
  ]

  expect(secretsNamedBy(objects).map(({ namespace, name }) => `${namespace}/${name}`)).toEqual([
    'flux-system/age',
    'flux-system/vars',
    'media/values',
  ])
})

test('ConfigMaps are found as well, and the pull Secret of a FluxInstance', () => {
  const instance = flux('FluxInstance', 'flux', { distribution: { imagePullSecret: 'registry' }, sync: { pullSecret: 'git' } })
  const release = flux('HelmRelease', 'c', { kubeConfig: { configMapRef: { name: 'cluster' } } })

  expect(namedBy([instance, release]).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'Secret registry',
    'Secret git',
    'ConfigMap cluster',
  ])
})

test('what values of a chart name is the affair of the chart', () => {
  const release = flux('HelmRelease', 'c', { values: { auth: { secretRef: { name: 'of-the-chart' } } } })

  expect(namedBy([release])).toEqual([])
})
