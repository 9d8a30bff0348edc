import type { KubeObject } from '../../../ports/kube.ts'
import { hooksWithTemplates, keepsHelm3, parentRelease, releasesWithRecords, triesAgain, waitsByDefault } from './helm-traits.ts'
import { found, gatesOf, ofKind } from './look.ts'
import { FACTS_2_8_BUGS } from './minor-2-8-bugs.ts'
import type { FactFinding, FactWorld, ReleaseFact } from './types.ts'

const HELM = 'https://github.com/fluxcd/helm-controller/blob/v1.5.5/CHANGELOG.md'
const KEEP = 'the gate UseHelm3Defaults=true of helm-controller keeps the old way for all'

/** The parent waits for the child by kstatus, and the child may wait for what comes after the parent. */
function nested(world: FactWorld): FactFinding {
  if (keepsHelm3(world)) return found([])
  const releases = new Map(
    world.objects.filter((each) => each.kind === 'HelmRelease').map((each) => [`${each.metadata.namespace}/${each.metadata.name}`, each]),
  )
  const byParent = (child: KubeObject): string | undefined => {
    const key = parentRelease(child)
    const parent = key === undefined ? undefined : releases.get(key)
    return parent !== undefined && waitsByDefault(parent) ? `is made by HelmRelease ${key}, which will wait until it is ready` : undefined
  }
  return found(ofKind(world, 'HelmRelease', byParent))
}

function stuckOnCancel(world: FactWorld): FactFinding {
  const gates = gatesOf(world, 'helm-controller')
  if (gates.get('CancelHealthCheckOnNewRevision') !== true || gates.get('DefaultToRetryOnFailure') === true) return found([])
  return found(
    ofKind(world, 'HelmRelease', (object) => (triesAgain(object) ? undefined : 'has neither retries nor strategy RetryOnFailure')),
  )
}

export const FACTS_2_8: readonly ReleaseFact[] = [
  {
    id: 'helm-health-by-kstatus',
    minor: '2.8',
    range: { component: 'helm-controller', from: '1.5.0' },
    title: 'Helm 4: the health of everything that a chart applies is judged by kstatus',
    breaks: 'a release whose chart brings resources that never report ready waits until its timeout, and then fails',
    fix: `spec.waitStrategy.name: legacy for one release; ${KEEP}`,
    source: HELM,
    severity: 'note',
    concerns: (world) =>
      keepsHelm3(world)
        ? found([])
        : found(ofKind(world, 'HelmRelease', (object) => (waitsByDefault(object) ? 'waits for what it applies' : undefined))),
  },
  {
    id: 'nested-helm-releases',
    minor: '2.8',
    range: { component: 'helm-controller', from: '1.5.0' },
    title: 'a HelmRelease that makes others waits until they are ready',
    breaks: 'where a child waits in turn for something that comes after its parent, both wait until the timeout',
    fix: `spec.upgrade.disableWait: true on the parent, or spec.waitStrategy.name: legacy once 2.8 runs; ${KEEP}`,
    source: 'https://github.com/cozystack/cozystack/pull/2602',
    severity: 'warning',
    holds: 'no HelmRelease is made by another one that waits for it',
    concerns: nested,
  },
  {
    id: 'helm-upgrade-force',
    minor: '2.8',
    range: { component: 'helm-controller', from: '1.5.0' },
    title: 'spec.upgrade.force has no effect with server-side apply, which new releases get',
    breaks: 'a release that is installed anew no longer replaces what cannot be changed; before 2.8.6 it fails',
    fix: 'take force out, or pin spec.install.serverSideApply: false and spec.upgrade.serverSideApply: disabled once 2.8 runs',
    source: 'https://github.com/fluxcd/helm-controller/pull/1456',
    severity: 'warning',
    holds: 'no HelmRelease counts on spec.upgrade.force',
    concerns: (world) =>
      keepsHelm3(world)
        ? found([])
        : found(
            ofKind(world, 'HelmRelease', ({ spec }) =>
              spec?.upgrade?.force === true && spec.upgrade.serverSideApply !== 'disabled' ? 'has spec.upgrade.force' : undefined,
            ),
          ),
  },
  {
    id: 'helm-legacy-history',
    minor: '2.8',
    range: { component: 'helm-controller', from: '1.5.0' },
    title: 'the history of a release from before API v2 is no longer taken over',
    breaks: 'the release counts as never installed by Flux',
    fix: 'let the running controller reconcile it until status.history is there:  flux reconcile helmrelease NAME',
    source: 'https://github.com/fluxcd/helm-controller/pull/1396',
    severity: 'warning',
    holds: 'every release has its history in the form of API v2',
    concerns: (world) =>
      found(
        ofKind(world, 'HelmRelease', ({ status }) =>
          Number(status?.lastReleaseRevision ?? 0) > 0 && (status?.history ?? []).length === 0
            ? 'has status.lastReleaseRevision and no status.history'
            : undefined,
        ),
      ),
  },
  {
    id: 'cancelled-releases-retry',
    minor: '2.8',
    range: { component: 'helm-controller', from: '1.5.0' },
    lasting: true,
    title: 'with the gate CancelHealthCheckOnNewRevision a release that is cancelled counts as failed',
    breaks: 'a release without retries stays failed although nothing is wrong with it',
    fix: 'the gate DefaultToRetryOnFailure=true of helm-controller (2.8.2 and newer), or strategy RetryOnFailure in the releases',
    source: 'https://github.com/fluxcd/helm-controller/issues/1429',
    severity: 'warning',
    holds: 'a release whose health check is cancelled is tried again',
    concerns: stuckOnCancel,
  },
  {
    id: 'helm-repository-oci',
    minor: '2.8',
    range: { component: 'source-controller', from: '1.8.0' },
    title: 'HelmRepository of type oci is in maintenance mode',
    breaks: 'nothing yet; it gets no new features',
    fix: 'an OCIRepository and spec.chartRef in the HelmRelease, in your own time',
    source: 'https://github.com/fluxcd/source-controller/pull/1985',
    severity: 'note',
    concerns: (world) => found(ofKind(world, 'HelmRepository', ({ spec }) => (spec?.type === 'oci' ? 'is of type oci' : undefined))),
  },
  {
    id: 'post-renderers-and-hooks-2-8',
    minor: '2.8',
    range: { component: 'helm-controller', from: '1.5.0', until: '1.5.4' },
    lasting: true,
    title: 'hooks are sent to post-renderers as well (until 2.8.5)',
    breaks: 'a chart with a hook and a template of one name fails: "may not add resource with an already registered id"',
    fix: 'go to 2.8.6 or newer',
    source: 'https://github.com/fluxcd/helm-controller/pull/1461',
    severity: 'note',
    records: releasesWithRecords,
    concerns: (world) => hooksWithTemplates(world, 'has postRenderers'),
  },
  ...FACTS_2_8_BUGS,
]
