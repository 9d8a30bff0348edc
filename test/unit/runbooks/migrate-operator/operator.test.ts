import { expect, it } from 'vitest'
import { inputSchema } from '../../../../runbooks/migrate-operator/input.ts'
import { operatorObjects } from '../../../../runbooks/migrate-operator/operator.ts'
import type { ClusterSurvey } from '../../../../src/actions/cluster-survey.ts'
import { crdsOf, deployment } from '../../flux/objects.ts'

const chart = 'oci://r.test/charts/flux-operator'

function survey(args: string[]): ClusterSurvey {
  const helm = deployment('helm-controller', 'v1.4.3')
  helm.spec.template.spec.containers[0].args = args
  return { crds: crdsOf('2.7.3'), deployments: [helm] } as unknown as ClusterSurvey
}

const made = (args: string[], more: object = {}) =>
  operatorObjects(
    survey(args),
    inputSchema.parse({ repo: '/repo', operatorVersion: '0.58.1', operatorChart: chart, ...more }),
    'flux-system',
  )

it('the operator is a chart and its release, which outlive their file', () => {
  const [source, release] = made([], { monitors: true, insecureRegistry: true })

  expect(source).toMatchObject({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } },
    spec: { url: chart, insecure: true, ref: { tag: '0.58.1' } },
  })
  expect(release).toMatchObject({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } },
    spec: { chartRef: { kind: 'OCIRepository', name: 'flux-operator' }, values: { serviceMonitor: { create: true } } },
  })
  expect(release?.spec).not.toHaveProperty('serviceAccountName')
})

it('with tenant lockdown the release is given an account that may install it', () => {
  expect(made(['--default-service-account=default'])[1]?.spec).toMatchObject({ serviceAccountName: 'helm-controller' })
})
