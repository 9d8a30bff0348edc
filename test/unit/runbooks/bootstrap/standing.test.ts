// Whose Flux is there where the Flux Operator is to make one.
import { expect, test } from 'vitest'
import { noOtherFlux } from '../../../../runbooks/bootstrap/checks/standing.ts'
import type { BootstrapInput } from '../../../../runbooks/bootstrap/input.ts'
import type { ReadContext } from '../../../../src/ports/context.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { clusterFile } from '../../scaffold/desk.ts'

const FILE = clusterFile({ style: 'operator', flux: { operator: { version: '0.58.1' } } })

const deployment = (name: string, image: string, namespace = 'flux-system'): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: { template: { spec: { containers: [{ name: 'manager', image }] } } },
})

const operator = (version: string, namespace?: string): KubeObject =>
  deployment('flux-operator', `ghcr.io/controlplaneio-fluxcd/flux-operator:v${version}`, namespace)

const instance = (name: string): KubeObject => ({
  apiVersion: 'fluxcd.controlplane.io/v1',
  kind: 'FluxInstance',
  metadata: { name, namespace: 'flux-system' },
})

const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'fluxinstances.fluxcd.controlplane.io' },
}

async function asked(there: { deployments?: KubeObject[]; instances?: KubeObject[] }, file = FILE): Promise<string[]> {
  const { deployments = [], instances = [] } = there
  const lists: Record<string, unknown[]> = {
    deployments,
    fluxinstances: instances,
    customresourcedefinitions: instances.length > 0 ? [CRD] : [],
  }
  const kube = {
    list: async ({ plural }: { plural: string }, options?: { namespace?: string }) =>
      (lists[plural] ?? []).filter(
        (each) => options?.namespace === undefined || (each as KubeObject).metadata.namespace === options.namespace,
      ),
  }
  const result = await noOtherFlux.probe({ kube } as unknown as ReadContext, { file } as BootstrapInput)
  return result.status === 'fail' ? (result.items ?? []).map(({ where, what }) => `${where} ${what}`) : [result.status]
}

test('an empty cluster, and one with this operator and its FluxInstance, are free', async () => {
  expect(await asked({})).toEqual(['pass'])
  expect(await asked({ deployments: [operator('0.58.1')], instances: [instance('flux')] })).toEqual(['pass'])
})

test('an operator of another release, or in another namespace, is told', async () => {
  expect(await asked({ deployments: [operator('0.59.0')] })).toEqual([
    'Deployment flux-system/flux-operator runs flux-operator:v0.59.0; the file says 0.58.1',
  ])
  expect(await asked({ deployments: [operator('0.58.1', 'elsewhere')] })).toEqual([
    'Deployment elsewhere/flux-operator is a Flux Operator outside of flux-system, or under another name',
  ])
})

test('controllers that no FluxInstance has made are those of another style', async () => {
  const [said] = await asked({ deployments: [deployment('source-controller', 'ghcr.io/fluxcd/source-controller:v1.9.3')] })

  expect(said).toMatch(/runs, and no FluxInstance has made it: flux-ops migrate operator/)
})

test('another FluxInstance than flux is told, and with another style any', async () => {
  expect(await asked({ instances: [instance('other')] })).toEqual([
    'FluxInstance flux-system/other is another one than flux-system/flux, and the operator takes only one',
  ])
  expect(await asked({ instances: [instance('flux')] }, clusterFile())).toEqual([
    'FluxInstance flux-system/flux the Flux Operator keeps Flux here',
  ])
})
