// Who keeps the controllers of Flux, as far as the cluster alone tells. What an upgrade writes is decided with the repository (styles.ts).
import type { KubeObject } from '../ports/kube.ts'
import { claims, ownerOf } from './cluster-claims.ts'
import { controllersOf } from './installed.ts'

export type Keeper = 'kustomization' | 'operator' | 'helm' | 'terraform' | 'several' | 'nobody'

export interface KeptBy {
  readonly by: Keeper
  /** One line for a person: untrusted names among it. */
  readonly says: string
}

const SAYS: Readonly<Record<Keeper, string>> = {
  kustomization: 'applied by a Kustomization',
  operator: 'kept by the Flux Operator',
  helm: 'installed by the Helm chart',
  terraform: 'bootstrapped by Terraform',
  several: 'claimed by more than one tool',
  nobody: 'applied from outside: nothing in the cluster keeps it',
}

const nameOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`

/** `objects`: of Flux, any kinds. `deployments`: of its namespace. */
export function keptBy(objects: readonly KubeObject[], deployments: readonly KubeObject[]): KeptBy {
  const of = (kind: string): KubeObject[] => objects.filter((object) => object.kind === kind)
  const own = deployments.filter((each) => controllersOf([each]).length > 0)
  const evidence = {
    deployments: own,
    kustomizations: of('Kustomization'),
    helmReleases: of('HelmRelease'),
    ociRepositories: of('OCIRepository'),
    fluxInstances: [],
  }
  const styles = [...new Set(claims(evidence, []).map(({ style }) => style))]
  const by: Keeper = styles.length > 1 ? 'several' : (styles[0] ?? 'nobody')
  const owner = by === 'kustomization' ? ownerOf(evidence) : undefined
  if (owner === undefined) return { by, says: by === 'several' ? `${SAYS.several}: ${styles.join(', ')}` : SAYS[by] }
  const source = owner.spec?.sourceRef
  const from = typeof source?.kind === 'string' ? `, from ${source.kind} ${source.name ?? ''}` : ''
  return { by, says: `applied by Kustomization ${nameOf(owner)}${from}` }
}
