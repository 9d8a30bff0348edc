// The GitRepository through which Flux follows the repository, as it is in the sandbox: another server, other credentials, all else as it was. Pure.
import { idOf } from '../actions/resources.ts'
import { OpsError, refusal } from '../errors.ts'
import type { KubeObject } from '../ports/kube.ts'

export interface Remote {
  readonly url: string
  readonly user: string
  readonly password: string
}

export interface OwnSource {
  /** Its address in the cluster. */
  readonly url: string
  readonly adapt: (object: KubeObject) => KubeObject
  /** `namespace/name` of its Secret -> what that has to hold. */
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export const SECRET_NAME = 'flux-ops-rehearsal'

/** Throws `rehearsal-source` (refused) where another server could not stand in for the one that it has. */
export function ownSource(objects: readonly KubeObject[], id: string, remote: Remote): OwnSource {
  const source = objects.find((object) => object.kind === 'GitRepository' && idOf(object) === id)
  if (source === undefined)
    throw new OpsError({ code: 'source-missing', message: `there is no GitRepository ${id}`, hints: ['flux get sources git -A'] })
  const { spec } = source
  const cannot = (why: string): OpsError =>
    refusal('rehearsal-source', `GitRepository ${id} cannot be rehearsed: ${why}`, 'the plan without a rehearsal:  leave --rehearse out')
  if (spec.verify !== undefined) throw cannot('it verifies signatures, and the commit that names the server of the sandbox has none')
  if (!['generic', undefined].includes(spec.provider)) throw cannot(`it signs in as ${spec.provider}, which the sandbox has not`)
  const name: string = spec.secretRef?.name ?? SECRET_NAME
  return {
    url: String(spec.url),
    adapt: (object) => (object === source ? { ...object, spec: { ...spec, url: remote.url, secretRef: { name } } } : object),
    values: { [`${source.metadata.namespace}/${name}`]: { username: remote.user, password: remote.password } },
  }
}
