// Every verb that a change of Flux needs, asked of the API server itself.
import type { CheckItem } from '../engine/model.ts'
import { FLUX_KINDS } from '../flux/kinds.ts'
import type { ReadContext } from '../ports/context.ts'
import type { AccessRequest } from '../ports/kube.ts'
import { sideBySide } from './side-by-side.ts'

const each = (verbs: readonly string[], group: string, resource: string, more: Partial<AccessRequest> = {}): AccessRequest[] =>
  verbs.map((verb) => ({ verb, group, resource, ...more }))

/** Pure: what the steps ask of the API server. `plurals`: of the Flux CRDs that are installed. */
export function neededAccess(
  namespace: string,
  plurals: ReadonlySet<string>,
  secrets: boolean,
  operator: readonly AccessRequest[] = [],
): AccessRequest[] {
  const here = { namespace }
  const applied = ['get', 'create', 'patch']
  return [
    ...FLUX_KINDS.filter((kind) => plurals.has(kind.plural)).flatMap((kind) => each(['get', 'list', 'patch'], kind.group, kind.plural)),
    ...each(['get', 'list', 'create', 'patch'], 'apiextensions.k8s.io', 'customresourcedefinitions'),
    ...each(['update'], 'apiextensions.k8s.io', 'customresourcedefinitions', { subresource: 'status' }),
    ...each(['list', ...applied], 'apps', 'deployments', here),
    ...each(['list', ...applied], '', 'services', here),
    ...each(['list', ...applied], '', 'serviceaccounts', here),
    ...each(['list', ...applied], '', 'resourcequotas', here),
    ...each(['list', ...applied], 'networking.k8s.io', 'networkpolicies', here),
    ...each(['list'], '', 'configmaps', here),
    ...each(['list'], '', 'pods', here),
    ...each(['get'], '', 'pods', { ...here, subresource: 'log' }),
    ...each(['list'], '', 'events'),
    ...each(applied, '', 'namespaces'),
    ...each(applied, 'rbac.authorization.k8s.io', 'clusterroles'),
    ...each(applied, 'rbac.authorization.k8s.io', 'clusterrolebindings'),
    ...each(['get', 'create', 'update'], 'coordination.k8s.io', 'leases', here),
    ...operator,
    ...(secrets ? each(['list'], '', 'secrets', here) : []),
  ]
}

/** Pure: what the way back needs besides: kustomize-controller is made to end what it has begun. */
export const holdAccess = (namespace: string): AccessRequest[] => each(['delete'], '', 'pods', { namespace })

/** Pure: what the style with the Flux Operator needs besides; `back`: for the way back. */
export const operatorAccess = (namespace: string, back: boolean): AccessRequest[] => [
  ...each(['get', 'list', 'patch'], 'fluxcd.controlplane.io', 'fluxinstances', { namespace }),
  ...(back ? each(['patch'], 'fluxcd.controlplane.io', 'fluxinstances', { namespace, subresource: 'status' }) : []),
]

/** Pure: what the style with the Helm chart needs besides: Helm remembers what it applied in a Secret. */
export const helmAccess = (namespace: string): AccessRequest[] => each(['get'], '', 'secrets', { namespace })

const label = (request: AccessRequest): string => {
  const resource = request.group === '' ? request.resource : `${request.resource}.${request.group}`
  return `${request.verb} ${resource}${request.subresource === undefined ? '' : `/${request.subresource}`}`
}

/** What of it the person may not do; undefined for one who may do everything. */
export async function missingAccess(ctx: ReadContext, needed: () => Promise<readonly AccessRequest[]>): Promise<CheckItem[] | undefined> {
  const everything = await ctx.kube.canI({ verb: '*', group: '*', resource: '*' })
  if (everything.allowed) return undefined
  const answers = await sideBySide(await needed(), 8, async (request) => ({ request, answer: await ctx.kube.canI(request) }))
  return answers
    .filter(({ answer }) => !answer.allowed)
    .map(({ request, answer }) => ({
      where: label(request),
      what: `${request.namespace === undefined ? 'in the whole cluster' : `in namespace ${request.namespace}`}${answer.reason ? `: ${answer.reason}` : ''}`,
    }))
}
