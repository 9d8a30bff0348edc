import { found, linesOf, ofKind, text } from './look.ts'
import type { ReleaseFact } from './types.ts'

const COMMIT_STATUS = ['github', 'gitlab', 'gitea', 'bitbucket', 'bitbucketserver', 'azuredevops']

export const FACTS_2_8_BUGS: readonly ReleaseFact[] = [
  {
    id: 'commit-status-lost',
    minor: '2.8',
    range: { component: 'notification-controller', from: '1.8.0', until: '1.8.1' },
    lasting: true,
    title: 'events for the status of a commit are dropped (fixed in 2.8.1)',
    breaks: 'commits and pull requests show no status of their deployment',
    fix: 'go to 2.8.1 or newer',
    source: 'https://github.com/fluxcd/notification-controller/pull/1247',
    severity: 'note',
    concerns: (world) =>
      found(ofKind(world, 'Provider', ({ spec }) => (COMMIT_STATUS.includes(text(spec?.type)) ? `is of type ${spec.type}` : undefined))),
  },
  {
    id: 'apply-if-not-present',
    minor: '2.8',
    range: { component: 'kustomize-controller', from: '1.8.0', until: '1.8.5' },
    lasting: true,
    title: 'cluster-wide objects with ssa: IfNotPresent are deleted and made again at every reconciliation (fixed in 2.8.7)',
    breaks: 'what such an object holds, and what depends on it, goes and comes back again and again',
    fix: 'go to 2.8.7 or newer, or put kustomize.toolkit.fluxcd.io/prune: Disabled on those objects first',
    source: 'https://github.com/fluxcd/kustomize-controller/issues/1647',
    severity: 'warning',
    holds: 'no object with ssa: IfNotPresent would be deleted and made again',
    concerns: ({ files }) =>
      found(
        linesOf(
          files,
          /kustomize\.toolkit\.fluxcd\.io\/ssa["']?:\s*["']?IfNotPresent/i,
          'is applied only if it is not there: is it cluster-wide?',
        ),
      ),
  },
]
