// States that concern a whole cluster, each provoked alone, in controllers.test.ts: rows of the table as the others.
import type { TableRow } from './table.ts'

export const ALONE = [
  { id: 'controller-crashing', title: 'kustomize-controller that ends right after its start', state: 'controller-crash-looping' },
  { id: 'controller-bad-flag', title: 'source-controller with a flag that it does not know', state: 'controller-bad-flag' },
  { id: 'controller-rollout', title: 'kustomize-controller whose new pod does not start', state: 'controller-rollout-stuck' },
  { id: 'controller-out-of-memory', title: 'helm-controller that uses more memory than its limit', state: 'controller-out-of-memory' },
  { id: 'controller-stopped', title: 'source-controller scaled to 0', state: 'controller-stopped' },
  { id: 'helm-killed', title: 'helm-controller killed in mid-upgrade (pending-upgrade)', state: 'controller-crash-looping' },
  { id: 'git-server-down', title: 'git server of Flux itself down', state: 'git-unreachable' },
  { id: 'storage-wiped', title: 'storage of source-controller emptied while it runs', state: 'artifact-lost' },
  { id: 'access-denied', title: 'reference into another namespace where that is forbidden', state: 'access-denied' },
  {
    id: 'namespace-without-controller',
    title: 'namespace that goes, with a finalizer of Flux and no controller',
    state: 'controller-stopped',
  },
  { id: 'namespace-held', title: 'namespace that goes, with a finalizer of somebody else', state: 'deletion-held' },
] as const satisfies readonly TableRow[]

export type AloneId = (typeof ALONE)[number]['id']
