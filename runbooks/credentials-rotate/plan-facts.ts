// What follows from the plan; pure.
import { runTrailer, type Trailer } from '../../src/actions/commit-and-push.ts'
import type { View } from '../../src/engine/model.ts'
import type { CredentialsPlan } from './plan-schema.ts'

export type CredentialsView = View<CredentialsPlan>

/** The run's own Secret, in the namespace of the one that is rotated. */
export const ownSecretId = ({ plan, runId }: Pick<CredentialsView, 'plan' | 'runId'>): string =>
  `${plan.secret.split('/')[0]}/flux-ops-${runId}`

export interface Server {
  readonly url: string
  /** Somebody pushes there with the credential. */
  readonly write: boolean
}

/** Each address once. */
export const serversOf = ({ sources, pushing }: Pick<CredentialsPlan, 'sources' | 'pushing'>): Server[] =>
  [...new Set(sources.map(({ url }) => url))].map((url) => ({ url, write: pushing.some((each) => each.url === url) }))

/** What the credential is called: `key` or `token`. */
export const what = ({ kind }: Pick<CredentialsPlan, 'kind'>): string => (kind === 'ssh' ? 'key' : 'token')

export type Phase = 'next' | 'back'

/** The commit of the new values, and the one that takes them back. */
export const phaseTrailer = (runId: string, phase: Phase): Trailer => ({ key: 'Flux-Ops-Phase', value: `${runId}/${phase}` })

export const trailersOf = (runId: string, phase: Phase): Trailer[] => [runTrailer(runId), phaseTrailer(runId, phase)]

export const fact = ({ facts }: Pick<CredentialsView, 'facts'>, step: string, name: string): string => {
  const value = facts[step]?.[name]
  return typeof value === 'string' ? value : ''
}
