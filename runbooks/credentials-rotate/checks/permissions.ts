// Every verb that the steps need.
import { mayDo } from '../../../src/actions/checks/permissions.ts'
import { parseId } from '../../../src/actions/resources.ts'
import type { Check } from '../../../src/engine/model.ts'
import type { AccessRequest } from '../../../src/ports/kube.ts'
import type { CredentialsInput } from '../input.ts'
import { rotatedOf } from '../survey.ts'
import { answers } from './results.ts'

function needed(flux: string, secret: string, namespaces: readonly string[]): AccessRequest[] {
  const { namespace, name } = parseId(secret)
  const secrets = (verb: string, named?: string): AccessRequest => ({
    verb,
    group: '',
    resource: 'secrets',
    namespace,
    ...(named && { name: named }),
  })
  return [
    secrets('get', name),
    secrets('patch', name),
    ...['get', 'list', 'create', 'delete'].map((verb) => secrets(verb)),
    ...namespaces.flatMap((each) => [
      ...['get', 'patch'].map((verb) => ({ verb, group: 'source.toolkit.fluxcd.io', resource: 'gitrepositories', namespace: each })),
      { verb: 'list', group: '', resource: 'events', namespace: each },
    ]),
    ...['get', 'patch'].map((verb) => ({ verb, group: 'kustomize.toolkit.fluxcd.io', resource: 'kustomizations' })),
    ...['get', 'create', 'update'].map((verb) => ({ verb, group: 'coordination.k8s.io', resource: 'leases', namespace: flux })),
  ]
}

export const permissions: Check<CredentialsInput> = {
  id: 'permissions',
  title: 'you may do everything that the plan needs',
  severity: 'error',
  probe: async (ctx, input) => {
    const { id, sources } = await rotatedOf(ctx, input)
    const namespaces = [...new Set(sources.map(({ metadata }) => metadata.namespace ?? ''))]
    return mayDo(ctx, answers, async () => needed(ctx.target.namespace, id, namespaces))
  },
}
