// A pod's own identity: a token of its ServiceAccount, bound to the pod, in a file that is renewed while the process runs. RBAC is the real one.
import { join } from 'node:path'
import { writeFileAtomic } from '../atomic-file.ts'
import type { KubeHttp } from '../kube-http.ts'
import { writeKubeconfig } from '../kubeconfig.ts'
import type { Pod } from './pod-types.ts'

const LIFETIME_S = 3600
/** Far below the lifetime, so that a machine that slept finds the token good or renews it at once. */
export const RENEW_EVERY_MS = 15 * 60_000

export interface Identity {
  readonly client: KubeHttp
  readonly pod: Pod
  readonly folder: string
  readonly apiPort: number
  readonly ca: string
}

interface TokenRequest {
  status: { token: string }
}

/** Writes token and kubeconfig (0600) into `folder`; returns the kubeconfig's path. */
export async function writeIdentity(identity: Identity): Promise<string> {
  const tokenFile = await renewToken(identity)
  const kubeconfig = join(identity.folder, 'kubeconfig')
  const { namespace } = identity.pod.metadata
  await writeKubeconfig(kubeconfig, { context: 'in-cluster', port: identity.apiPort, ca: identity.ca, tokenFile, namespace })
  return kubeconfig
}

export async function renewToken({ client, pod, folder }: Identity): Promise<string> {
  const { namespace, name, uid } = pod.metadata
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${pod.spec.serviceAccountName ?? 'default'}/token`
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: LIFETIME_S, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid } },
  }
  const { status } = await client.call<TokenRequest>('POST', path, body)
  const tokenFile = join(folder, 'token')
  await writeFileAtomic(tokenFile, status.token)
  return tokenFile
}
