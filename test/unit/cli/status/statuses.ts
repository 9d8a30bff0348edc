// Made-up readings of `status`.
import type { Reading } from '../../../../src/cli/status/read.ts'
import type { CauseStatus, ObjectStatus, Status } from '../../../../src/cli/status/shape.ts'
import { AT, snapshotOf } from '../../diagnosis/objects.ts'

export const cause = (object: string, more: Partial<CauseStatus> = {}): CauseStatus => ({
  object,
  also: [],
  state: 'build-failed',
  says: 'kustomize cannot build ./apps',
  since: AT,
  blocks: 0,
  ...more,
})

export const notReady = (id: string, more: Partial<ObjectStatus> = {}): ObjectStatus => {
  const [namespace = '', name = ''] = id.split('/')
  return {
    kind: 'Kustomization',
    namespace,
    name,
    state: 'failed',
    reason: 'BuildFailed',
    message: 'it does not build',
    since: AT,
    ...more,
  }
}

export const status = (more: Partial<Status> = {}): Status => ({
  takenAt: AT,
  cluster: { context: 'prod-eu', server: 'https://api.example', uid: '7b1c0000-0000', version: 'v1.34.4' },
  flux: { status: 'found', version: '2.7.3', lines: [], kept: { by: 'kustomization', says: 'applied by Kustomization flux-system/flux' } },
  controllers: [
    { name: 'kustomize-controller', image: 'ghcr.io/fluxcd/kustomize-controller:v1.7.2', ready: 1, wanted: 1, rollout: 'rolled-out' },
  ],
  objects: 20,
  layers: [],
  kinds: [],
  causes: [],
  notReady: [],
  suspended: [],
  keys: [],
  runs: [],
  unseen: [],
  ...more,
})

export const reading = (more: Partial<Status> = {}, labels: readonly string[] = []): Reading => {
  const made = status(more)
  const all = [...labels, ...made.notReady.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`)]
  return { status: made, snapshot: snapshotOf([], { unseen: made.unseen }), labels: new Set(all) }
}
