// `flux install` flags of a cluster file: what `flux bootstrap` would be given.
import type { ClusterFile } from '../../src/cluster-file/schema.ts'

/** Only what differs from the defaults of the CLI. */
export function installFlags({ flux }: Pick<ClusterFile, 'flux'>): string[] {
  const components = [...flux.components, ...flux.componentsExtra]
  const flags = [`--components=${components.join(',')}`, `--namespace=${flux.namespace}`]
  if (flux.registry !== 'ghcr.io/fluxcd') flags.push(`--registry=${flux.registry}`)
  if (flux.imagePullSecret !== undefined) flags.push(`--image-pull-secret=${flux.imagePullSecret}`)
  if (!flux.networkPolicy) flags.push('--network-policy=false')
  if (!flux.watchAllNamespaces) flags.push('--watch-all-namespaces=false')
  if (flux.logLevel !== 'info') flags.push(`--log-level=${flux.logLevel}`)
  if (flux.clusterDomain !== 'cluster.local') flags.push(`--cluster-domain=${flux.clusterDomain}`)
  if (flux.tolerationKeys.length > 0) flags.push(`--toleration-keys=${flux.tolerationKeys.join(',')}`)
  return flags
}
