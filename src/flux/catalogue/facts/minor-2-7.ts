import type { KubeObject } from '../../../ports/kube.ts'
import { found, isOn, list, ofKind, text } from './look.ts'
import type { ReleaseFact } from './types.ts'

const REMOVED_FIELDS = [
  { field: '.Changed.ImageResult', pattern: /\.Changed\.ImageResult\b/ },
  { field: '.Updated', pattern: /(?:^|[\s({|$])\.Updated\b/m },
]

function removedFields({ spec }: KubeObject): string | undefined {
  const template = text(spec?.git?.commit?.messageTemplate)
  const used = REMOVED_FIELDS.filter(({ pattern }) => pattern.test(template)).map(({ field }) => field)
  return used.length === 0 ? undefined : `spec.git.commit.messageTemplate uses ${used.join(', ')}`
}

function variableInPatches({ spec }: KubeObject): string | undefined {
  if (spec?.postBuild === undefined || spec.postBuild === null) return undefined
  const patches = list(spec.patches).map((each) => text((each as { patch?: unknown } | null)?.patch))
  const name = patches.map((patch) => /(?<!\$)\$\{([A-Za-z_]\w*)/.exec(patch)?.[1]).find((each) => each !== undefined)
  return name === undefined ? undefined : `spec.patches uses \${${name}}`
}

const retries = ({ spec }: KubeObject): boolean =>
  [spec?.install, spec?.upgrade].some((action) => action?.strategy?.name === 'RetryOnFailure')

export const FACTS_2_7: readonly ReleaseFact[] = [
  {
    id: 'image-update-template',
    minor: '2.7',
    range: { component: 'image-automation-controller', from: '1.0.0' },
    title: '.Updated and .Changed.ImageResult are gone from the templates of commit messages',
    breaks: 'the ImageUpdateAutomation stalls with RemovedTemplateField and updates no image',
    fix: 'write .Changed.FileChanges or .Changed.Objects instead, in git, before the upgrade',
    source: 'https://fluxcd.io/flux/components/image/imageupdateautomations/#message-template',
    severity: 'error',
    holds: 'every commit message template uses fields that there are',
    concerns: (world) => found(ofKind(world, 'ImageUpdateAutomation', removedFields)),
  },
  {
    id: 'variables-in-patches',
    minor: '2.7',
    range: { component: 'kustomize-controller', from: '1.7.0' },
    title: 'variables of postBuild were seen not to reach spec.patches of the same Kustomization',
    breaks: 'the patch is applied with the name of the variable in it, or the variable is reported as not set',
    fix: 'write the value into the patch, or move the patch to a kustomization.yaml below spec.path',
    source: 'https://github.com/fluxcd/kustomize-controller/issues/1543',
    severity: 'warning',
    holds: 'no patch of a Kustomization relies on a variable',
    concerns: (world) => found(ofKind(world, 'Kustomization', variableInPatches)),
  },
  {
    id: 'helm-charts-with-tls',
    minor: '2.7',
    range: { component: 'source-controller', from: '1.7.0', until: '1.7.1' },
    lasting: true,
    title: 'charts of an OCI HelmRepository with certificates and without credentials are not fetched (fixed in 2.7.1)',
    breaks: 'its HelmCharts fail, and the releases stay at the chart that they have',
    fix: 'go to 2.7.1 or newer',
    source: 'https://github.com/fluxcd/source-controller/pull/1904',
    severity: 'note',
    concerns: (world) =>
      found(
        ofKind(world, 'HelmRepository', ({ spec }) =>
          spec?.type === 'oci' && spec.certSecretRef && !spec.secretRef ? 'has certSecretRef and no secretRef' : undefined,
        ),
      ),
  },
  {
    id: 'retry-history',
    minor: '2.7',
    range: { component: 'helm-controller', from: '1.4.0', until: '1.4.5' },
    lasting: true,
    title: 'status.history grows with every retry of strategy RetryOnFailure (fixed in 2.7.5)',
    breaks: 'a release that keeps failing fills etcd',
    fix: 'go to 2.7.5 or newer',
    source: 'https://github.com/fluxcd/helm-controller/pull/1360',
    severity: 'note',
    concerns: (world) => found(ofKind(world, 'HelmRelease', (object) => (retries(object) ? 'has strategy RetryOnFailure' : undefined))),
  },
  {
    id: 'cancelled-health-check',
    minor: '2.7',
    range: { component: 'kustomize-controller', from: '1.7.0', until: '1.8.3' },
    lasting: true,
    title: 'a health check that is cancelled may leave a Kustomization at "New reconciliation triggered" (fixed in 2.8.5)',
    breaks: 'the Kustomization stays there until it is reconciled by hand',
    fix: 'go to 2.8.5 or newer, or take the gate CancelHealthCheckOnNewRevision out',
    source: 'https://github.com/fluxcd/kustomize-controller/pull/1625',
    severity: 'note',
    concerns: (world) =>
      found(
        isOn(world, 'kustomize-controller', 'CancelHealthCheckOnNewRevision')
          ? [{ where: 'Deployment kustomize-controller', what: 'has the gate CancelHealthCheckOnNewRevision' }]
          : [],
      ),
  },
  {
    id: 'release-in-sync-unknown',
    minor: '2.7',
    range: { component: 'helm-controller', from: '1.4.0', until: '1.5.0' },
    lasting: true,
    title: 'a HelmRelease may stay Ready=Unknown, "Running \'install\' action", while it is installed (fixed in 2.8.0)',
    breaks: 'what depends on it waits',
    fix: 'go to 2.8.0 or newer',
    source: 'https://github.com/fluxcd/helm-controller/issues/1409',
    severity: 'note',
    concerns: (world) =>
      found(
        ofKind(world, 'HelmRelease', ({ status }) => {
          const ready = list(status?.conditions).find((each) => (each as { type?: unknown }).type === 'Ready') as
            | Record<string, unknown>
            | undefined
          return ready?.status === 'Unknown' && /^Running '/.test(text(ready.message)) ? text(ready.message) : undefined
        }),
      ),
  },
]
