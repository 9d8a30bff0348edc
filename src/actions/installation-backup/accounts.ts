// Accounts that Kustomizations and HelmReleases apply as, and what they may do, as far as somebody has made them by hand.
import { appliedBy } from '../../flux/applied-by.ts'
import type { Kept } from '../../flux/installation/content.ts'
import type { KubeObject, KubeReader, Resource } from '../../ports/kube.ts'
import { idOf, NAMESPACE_KINDS } from '../resources.ts'
import { sideBySide } from '../side-by-side.ts'
import { CLUSTER_ROLE, CLUSTER_ROLE_BINDING, named } from '../system-objects.ts'

const ACCOUNT = NAMESPACE_KINDS.find(({ kind }) => kind === 'ServiceAccount') as Resource
const ROLE: Resource = { ...CLUSTER_ROLE, plural: 'roles', kind: 'Role', namespaced: true }
const ROLE_BINDING: Resource = { ...CLUSTER_ROLE_BINDING, plural: 'rolebindings', kind: 'RoleBinding', namespaced: true }

/** `namespace/name` of each. */
function accountsOf(objects: readonly KubeObject[]): Set<string> {
  return new Set(
    objects.flatMap(({ metadata, spec }) =>
      typeof spec?.serviceAccountName === 'string' ? [`${metadata.namespace ?? ''}/${spec.serviceAccountName}`] : [],
    ),
  )
}

const binds = (binding: KubeObject, accounts: ReadonlySet<string>): boolean =>
  (Array.isArray(binding.subjects) ? binding.subjects : []).some(
    (subject) =>
      subject?.kind === 'ServiceAccount' && accounts.has(`${subject.namespace ?? binding.metadata.namespace ?? ''}/${subject.name}`),
  )

/** What Flux brings from git is not among them, nor what Kubernetes has by itself. */
export async function readAccounts(kube: KubeReader, objects: readonly KubeObject[]): Promise<Kept[]> {
  const wanted = accountsOf(objects)
  if (wanted.size === 0) return []
  const namespaces = [...new Set([...wanted].map((id) => id.slice(0, id.indexOf('/'))))]
  const [accounts, here, everywhere] = await Promise.all([
    sideBySide(namespaces, 8, (namespace) => kube.list(ACCOUNT, { namespace })),
    sideBySide(namespaces, 8, (namespace) => kube.list(ROLE_BINDING, { namespace })),
    kube.list(CLUSTER_ROLE_BINDING),
  ])
  const bound = [
    ...here.flat().map((one) => named(ROLE_BINDING, one)),
    ...everywhere.map((one) => named(CLUSTER_ROLE_BINDING, one)),
  ].filter(({ object }) => binds(object, wanted))
  const roles = await sideBySide(bound, 8, async ({ object }) => {
    const resource = object.roleRef?.kind === 'Role' ? ROLE : CLUSTER_ROLE
    const role = await kube.get(resource, {
      name: String(object.roleRef?.name),
      ...(resource === ROLE && { namespace: object.metadata.namespace }),
    })
    return role && named(resource, role)
  })
  const own = accounts
    .flat()
    .map((one) => named(ACCOUNT, one))
    .filter(({ object }) => wanted.has(idOf(object)) && object.metadata.name !== 'default')
  const all = [...own, ...roles.filter((one) => one !== undefined), ...bound]
  return all.filter(
    ({ object }) => appliedBy(object) === undefined && object.metadata.labels?.['kubernetes.io/bootstrapping'] === undefined,
  )
}
