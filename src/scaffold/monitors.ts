// PodMonitor of the Prometheus Operator for the controllers: their metrics are on port http-prom of each pod.
import type { ClusterFile } from '../cluster-file/schema.ts'
import { componentsOf } from './install-patches.ts'
import { kustomizationText, manifests } from './manifest.ts'
import { join } from './places.ts'
import type { Plot } from './plot.ts'

export const podMonitorText = (flux: ClusterFile['flux']): string =>
  manifests({
    object: {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PodMonitor',
      metadata: { name: 'flux-system', namespace: flux.namespace, labels: { 'app.kubernetes.io/part-of': 'flux' } },
      spec: {
        namespaceSelector: { matchNames: [flux.namespace] },
        selector: { matchExpressions: [{ key: 'app', operator: 'In', values: componentsOf(flux) }] },
        podMetricsEndpoints: [{ port: 'http-prom' }],
      },
    },
  })

export const asksForPodMonitor = ({ settings }: ClusterFile['flux']): boolean => settings.monitors.includes('PodMonitor')

/** In a folder of its own below `parent`; what `parent` has to list. A kind that the cluster does not serve would hold up all that lies beside it. */
export function layPodMonitor({ draft, file, known }: Plot, parent: string): readonly string[] {
  if (!asksForPodMonitor(file.flux)) return []
  const folder = join(parent, 'flux-monitoring')
  const serves = known.podMonitors === true
  const later = 'as the cluster has no PodMonitor: with the Prometheus Operator there,'
  if (!serves && draft.listsByItself(parent)) {
    draft.advise(`${folder} is not laid out, ${later} ask again`)
    return []
  }
  draft.add(join(folder, 'kustomization.yaml'), kustomizationText(['./podmonitor.yaml']), 'monitoring of Flux')
  draft.add(join(folder, 'podmonitor.yaml'), podMonitorText(file.flux), 'lets Prometheus read the metrics of the controllers')
  const own = join(parent, 'kustomization.yaml')
  if (serves || (draft.keeps(own) && draft.isListed(parent, 'flux-monitoring'))) return [folder]
  draft.advise(`${folder} is not applied yet, ${later} add ./flux-monitoring to ${own}`)
  return []
}
