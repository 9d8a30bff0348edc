// Alerts and Providers have no status: what becomes of a notification is told by an event on the Alert alone, and only where it fails. notification-controller 1.7.4
// and 1.9.2: NotificationDispatchFailed `failed to send notification for Kind/ns/name: …` or `failed to dispatch notification for …`.
import type { KubeObject } from '../ports/kube.ts'
import { partsOf, textOf } from './well-formed.ts'

/** As long as an API server keeps an event by default. */
const LONGEST_MS = 60 * 60_000

const REASON = 'NotificationDispatchFailed'

/** Somebody has changed it since. */
const changedAt = ({ metadata }: KubeObject): number =>
  Math.max(
    0,
    ...partsOf(metadata.managedFields)
      .map(({ time }) => Date.parse(textOf(time)))
      .filter((at) => !Number.isNaN(at)),
  )

export interface Told {
  readonly reason: string
  readonly message: string
  readonly at: string
}

/**
 * The last notification of an Alert that could not be sent; undefined where there is none, or where the Alert or its Provider has changed since.
 * `told`: warnings about the Alert, newest first.
 */
export function lastFailure<T extends Told>(
  alert: KubeObject,
  provider: KubeObject | undefined,
  told: readonly T[],
  now: string,
): T | undefined {
  if (alert.spec?.suspend === true) return undefined
  const last = told.find(({ reason }) => reason === REASON)
  if (last === undefined || Date.parse(now) - Date.parse(last.at) > LONGEST_MS) return undefined
  const changed = Math.max(changedAt(alert), provider === undefined ? 0 : changedAt(provider))
  return changed > Date.parse(last.at) ? undefined : last
}
