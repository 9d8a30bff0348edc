// Nobody is told: a Provider that does not take what is sent to it, or an Alert that names none.
import type { Fix } from '../finding.ts'
import { shellWord } from '../shell-word.ts'
import { textOf } from '../well-formed.ts'
import type { Sighting } from '../world.ts'
import { type Case, explained, never, person, type State } from './case.ts'

interface Way {
  readonly state: string
  readonly pattern: RegExp
  readonly says: string
  readonly fixes: (provider: Case['object']) => readonly Fix[]
}

const secretOf = ({ metadata, spec }: Case['object']): string[] => {
  const name = textOf(spec?.secretRef?.name) || textOf(spec?.certSecretRef?.name)
  return name === '' ? [] : [`kubectl -n ${metadata.namespace} get secret ${shellWord(name)}`]
}

const WAYS: readonly Way[] = [
  {
    state: 'provider-secret',
    pattern:
      /failed to read secret|secrets? ".{1,253}" not found|failed to get TLS config|failed to get proxy URL|invalid .{0,80}in secret|failed to initialize notifier/,
    says: 'what it takes from a Secret is not there or cannot be used, and nobody is notified',
    fixes: (provider) => [person('put the Secret right', ...secretOf(provider))],
  },
  {
    state: 'provider-certificate',
    pattern: /x509:|certificate signed by unknown authority|tls: |HTTP response to HTTPS client/i,
    says: 'the certificate of its address is not trusted, or it speaks no TLS, and nobody is notified',
    fixes: () => [
      person('put the authority of that certificate into the Secret of spec.certSecretRef as ca.crt, or correct the address, in git'),
      never('plain http to get past it: what is sent may be read by others'),
    ],
  },
  {
    state: 'provider-credentials',
    pattern: /\b40[13]\b|unauthorized|invalid[_ ]auth|not_authed|invalid_token/i,
    says: 'its address does not take the credential, and nobody is notified',
    fixes: (provider) => [person('put a token that is valid into its Secret', ...secretOf(provider))],
  },
  {
    state: 'provider-unreachable',
    pattern: /connection refused|no such host|i\/o timeout|deadline exceeded|connection reset|giving up after|\bEOF\b|\b5\d\d\b/i,
    says: 'its address does not answer, or answers with an error, and nobody is notified',
    fixes: () => [
      person('see whether it is up, and whether the cluster gets there: DNS, proxy, network policy; or correct the address, in git'),
    ],
  },
  {
    state: 'provider-refuses',
    pattern: /^/,
    says: 'what is sent to it is not taken, and nobody is notified',
    fixes: () => [person('see what it says, and correct the Provider, in git')],
  },
]

const failing = (found: Case): Sighting | undefined =>
  [...found.world.sightings.values()].find(
    ({ object, verdict }) =>
      object.kind === 'Alert' &&
      verdict.state === 'failed' &&
      object.metadata.namespace === found.object.metadata.namespace &&
      object.spec?.providerRef?.name === found.object.metadata.name,
  )

export const notifications: State = (found) => {
  const { object, verdict } = found
  if (object.kind === 'Alert' && verdict.state === 'failed') {
    return explained(found, {
      state: /failed to read provider/.test(verdict.message) ? 'provider-missing' : 'provider-refuses',
      says: /failed to read provider/.test(verdict.message)
        ? `it names the Provider ${textOf(object.spec?.providerRef?.name)}, which is not there, and nobody is notified`
        : 'what it wants to send is not sent',
      fixes: [person('bring the Provider back, or name another in spec.providerRef, in git')],
    })
  }
  if (object.kind !== 'Provider') return undefined
  const alert = failing(found)
  if (alert === undefined) return undefined
  const { message, reason, since } = alert.verdict
  const way = WAYS.find(({ pattern }) => pattern.test(message)) as Way
  return explained(found, {
    state: way.state,
    says: way.says,
    certainty: 'likely',
    evidence: [{ kind: 'event', what: `${alert.label}, Event ${reason}`, text: message, at: since ?? null }],
    fixes: way.fixes(object),
  })
}
