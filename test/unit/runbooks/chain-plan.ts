// The plan of a chain 2.6.3 → 2.7.3 → 2.9.2 over a kustomize pin, as makePlan would write it.
import { pinsAt } from '../../../runbooks/upgrade/hops.ts'
import type { PlannedPin, UpgradePlan } from '../../../runbooks/upgrade/plan-schema.ts'

export const pinAt = (line: number, column = 10, file = 'cluster/bootstrap/kustomization.yaml'): PlannedPin => ({
  kind: 'kustomize-remote',
  file,
  line,
  column,
  endColumn: column + 6,
  text: 'v2.6.3',
  version: '2.6.3',
})

const imagePolicy = 'imagepolicies.image.toolkit.fluxcd.io'
const change = { file: 'cluster/a.yaml', line: 1, kind: 'OCIRepository', from: 'v1beta2', to: 'v1' }

export const chainPlan: UpgradePlan = {
  clusterUid: 'uid-1',
  context: 'test',
  namespace: 'flux-system',
  from: '2.6.3',
  to: '2.9.2',
  repo: { root: '/repo', head: 'a'.repeat(40), remote: 'origin', branch: 'main', url: 'https://git.test/x', source: 'flux-system/home' },
  installation: { style: 'pin', bases: ['cluster/bootstrap'], self: { source: 'flux-system/flux', kustomization: 'flux-system/flux' } },
  tree: ['cluster'],
  migrate: { paths: ['cluster'], changes: [change] },
  unmigrated: [],
  pins: [pinAt(5)],
  gotkFlags: null,
  storage: [{ crd: imagePolicy, kind: 'ImagePolicy', to: 'v1beta2', drops: ['v1beta1'], stale: [], objects: 2 }],
  promotions: [{ crd: imagePolicy, to: 'v1', lowest: '2.7.0' }],
  why: '',
  baseline: [],
  kustomizations: [],
  recipients: [],
  secrets: false,
  crdCount: 14,
  hops: [
    {
      from: '2.6.3',
      to: '2.7.3',
      why: 'Flux 2.9.2 does not have ImagePolicy v1beta2',
      warnings: [],
      migrateBefore: [],
      migrate: { paths: [], changes: [] },
      pins: [pinAt(5)],
      promotions: [{ crd: imagePolicy, to: 'v1', lowest: '2.7.0' }],
    },
    {
      from: '2.7.3',
      to: '2.9.2',
      why: 'the API server takes the CRDs of 2.9.2 as they are',
      warnings: [],
      migrateBefore: [],
      migrate: { paths: ['cluster'], changes: [change] },
      pins: pinsAt([pinAt(5)], '2.7.3'),
      promotions: [],
    },
  ],
  timeoutMs: 1000,
  madeAt: '2026-11-21T03:12:00Z',
}
