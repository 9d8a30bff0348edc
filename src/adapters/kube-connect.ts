// Puts the pieces of the Kube adapter together: kubeconfig -> connections -> port.
import type { Clock } from '../ports/clock.ts'
import type { Kube } from '../ports/kube.ts'
import type { Redactor } from '../ports/secret.ts'
import { createKube } from './kube.ts'
import { type AccessOptions, type ClusterAccess, loadAccess } from './kube-config.ts'
import { createHttpClient } from './kube-http.ts'
import { createSession } from './kube-session.ts'

export interface ConnectOptions extends AccessOptions {
  readonly clock: Clock
  readonly userAgent: string
  readonly redactor?: Redactor | undefined
  readonly signal?: AbortSignal | undefined
  readonly patienceMs?: number | undefined
  readonly firstPatienceMs?: number | undefined
  readonly onOutage?: ((text: string) => void) | undefined
}

export interface Connection {
  readonly kube: Kube
  readonly access: ClusterAccess
  close(): void
}

/** Reads the kubeconfig; the API server is not asked yet. Throws as loadAccess does. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const access = await loadAccess(options)
  for (const secret of access.secrets) options.redactor?.register(secret)
  const http = createHttpClient(access, options.userAgent)
  const session = createSession({ ...options, access, http })
  return { kube: createKube(session), access, close: session.close }
}
