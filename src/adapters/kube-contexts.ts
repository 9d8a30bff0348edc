// The contexts of a kubeconfig, for somebody who has yet to choose one. No cluster is asked and no plugin started.
import { type AccessOptions, loadMerged } from './kube-config.ts'

export interface KubeContext {
  readonly name: string
  /** '' where the kubeconfig does not say it. */
  readonly server: string
  readonly current: boolean
}

/** By name, the current one first. Throws OpsError (usage) `kubeconfig-missing`, `kubeconfig-unreadable`. */
export async function listContexts(options: Omit<AccessOptions, 'context'>): Promise<KubeContext[]> {
  const { contexts, clusters, currentContext } = await loadMerged(options)
  const all = contexts.map(({ name, cluster }) => ({
    name,
    server: clusters.find((one) => one.name === cluster)?.server ?? '',
    current: name === currentContext,
  }))
  return all.sort((a, b) => Number(b.current) - Number(a.current) || (a.name < b.name ? -1 : 1))
}
