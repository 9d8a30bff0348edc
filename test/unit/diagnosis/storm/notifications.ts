// Nobody is told: what notification-controller 1.9.2 leaves behind is a warning about the Alert, and nothing else.
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { says, spec, strange, type Way } from './way.ts'

const REASON = 'NotificationDispatchFailed'

/** An hour and no longer is a failure told. */
export const failure = ({ metadata }: KubeObject, message: string, at: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: `chat.${at}`, namespace: metadata.namespace ?? '' },
  reason: REASON,
  message,
  involvedObject: { kind: 'Alert', namespace: metadata.namespace, name: 'chat' },
  firstTimestamp: at,
  lastTimestamp: at,
})

const NOW = '2026-11-22T02:50:00Z'

export const SENT = 'failed to send notification for Kustomization/team-0/app: postMessage failed: '
const DISPATCHED = 'failed to dispatch notification for Kustomization/team-0/app: '

/** Neither has a status: both stay as they are. */
const provider = (state: string, message: string): Way => ({
  state,
  make: (of) => of,
  told: (of, hostile) => [failure(of, hostile(message), NOW)],
})

export const notifications: Readonly<Record<string, readonly Way[]>> = {
  Provider: [
    provider('provider-unreachable', `${SENT}POST http://a.example/ giving up after 5 attempt(s): dial tcp: connect: connection refused`),
    provider('provider-unreachable', `${SENT}POST https://a.example/ giving up after 5 attempt(s): unexpected status code 503`),
    provider('provider-certificate', `${SENT}tls: failed to verify certificate: x509: certificate signed by unknown authority`),
    provider('provider-credentials', `${SENT}request failed with status code 401, unauthorized`),
    provider('provider-refuses', `${SENT}channel_not_found`),
    provider(
      'provider-secret',
      `${DISPATCHED}failed to initialize notifier for provider 'chat': failed to read secret: secrets "token" not found`,
    ),
  ],
  Alert: [
    {
      ...provider('provider-missing', `${DISPATCHED}failed to read provider: providers.notification.toolkit.fluxcd.io "gone" not found`),
      make: (of) => spec(of, { providerRef: { name: 'gone' } }),
    },
  ],
  Receiver: [says('webhook-token', 'TokenNotFound', 'unable to read token from secret'), ...strange],
}
