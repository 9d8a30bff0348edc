// Notifications that are not sent: what notification-controller 1.9.2 leaves behind is an event on the Alert, and nothing else.
import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { AT, diagnosed, object } from './objects.ts'

const made = '2026-11-20T00:00:00Z'

const notification = (kind: string, spec: object, changed = made): KubeObject => ({
  apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
  kind,
  metadata: { name: 'chat', namespace: 'a', managedFields: [{ manager: 'kubectl', time: changed }] },
  spec,
})

const provider = (changed?: string): KubeObject => notification('Provider', { type: 'generic', secretRef: { name: 'token' } }, changed)
const alert = (changed?: string, spec: object = {}): KubeObject =>
  notification('Alert', { providerRef: { name: 'chat' }, ...spec }, changed)

const event = (message: string, at = '2026-11-22T02:50:00Z'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e', namespace: 'a' },
  involvedObject: { kind: 'Alert', namespace: 'a', name: 'chat' },
  reason: 'NotificationDispatchFailed',
  message,
  firstTimestamp: at,
  lastTimestamp: at,
})

const SENT = 'failed to send notification for Kustomization/a/app: postMessage failed: '
const DISPATCHED = 'failed to dispatch notification for Kustomization/a/app: '

const INITIALISED = `${DISPATCHED}failed to initialize notifier for provider 'chat': `

describe('a Provider', () => {
  test.each([
    [`${SENT}POST http://a:1/ giving up after 5 attempt(s): dial tcp: connection refused`, 'provider-unreachable'],
    [`${SENT}POST https://a/ giving up after 5 attempt(s): unexpected status code 503`, 'provider-unreachable'],
    [`${SENT}tls: failed to verify certificate: x509: certificate signed by unknown authority`, 'provider-certificate'],
    [`${SENT}request failed with status code 401, unauthorized`, 'provider-credentials'],
    [`${SENT}channel_not_found`, 'provider-refuses'],
    [`${INITIALISED}failed to read secret: secrets "token" not found`, 'provider-secret'],
  ])('of which it is told: %s, is in the state %s', (message, state) => {
    const { causes, notReady } = diagnosed([provider(), alert(), object('Kustomization', 'a/app')], { events: [event(message)] })

    expect(causes).toMatchObject([{ object: 'Provider a/chat', state, certainty: 'likely', blocks: ['Alert a/chat'] }])
    expect(causes[0]?.evidence).toMatchObject([{ kind: 'event', what: 'Alert a/chat, Event NotificationDispatchFailed', text: message }])
    expect(notReady).toBe(1)
  })

  test.each([
    ['was changed since', provider(AT), alert(), '2026-11-22T02:50:00Z'],
    ['has an Alert that was changed since', provider(), alert(AT), '2026-11-22T02:50:00Z'],
    ['has an Alert that is suspended', provider(), alert(made, { suspend: true }), '2026-11-22T02:50:00Z'],
    ['failed hours ago', provider(), alert(), '2026-11-21T20:00:00Z'],
  ])('that %s is no cause', (_why, one, other, at) => {
    expect(diagnosed([one, other], { events: [event(`${SENT}connection refused`, at)] }).causes).toEqual([])
  })

  test('is told by what fails last', () => {
    const events = [event(`${SENT}connection refused`, '2026-11-22T02:40:00Z'), event(`${SENT}x509: no`, '2026-11-22T02:50:00Z')]

    expect(diagnosed([provider(), alert()], { events }).causes).toMatchObject([{ state: 'provider-certificate' }])
  })
})

test('an Alert whose Provider is not there is the cause itself', () => {
  const message = `${DISPATCHED}failed to read provider: providers.notification.toolkit.fluxcd.io "chat" not found`

  expect(diagnosed([alert()], { events: [event(message)] }).causes).toMatchObject([{ object: 'Alert a/chat', state: 'provider-missing' }])
})
