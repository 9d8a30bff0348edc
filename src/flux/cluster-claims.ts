// What the live objects say of who installed the controllers: labels and annotations that each tool leaves behind, and field managers.
import type { KubeObject } from '../ports/kube.ts'
import type { RepoFile } from './files.ts'
import { bootstrapResources } from './terraform.ts'

export interface Claim {
  readonly style: 'kustomization' | 'operator' | 'helm' | 'terraform'
  /** What was seen, on which object. */
  readonly line: string
}

interface Evidence {
  readonly deployments: readonly KubeObject[]
  readonly kustomizations: readonly KubeObject[]
  readonly fluxInstances: readonly KubeObject[]
  readonly helmReleases: readonly KubeObject[]
  readonly ociRepositories?: readonly KubeObject[]
}

const OWNER = 'kustomize.toolkit.fluxcd.io'
const OPERATOR = 'fluxcd.controlplane.io'

const label = (object: KubeObject, key: string): string | undefined => object.metadata.labels?.[key]

const nameOf = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`

/** `namespace/name` of the Kustomization whose labels a Deployment carries. */
const ownerKey = (deployment: KubeObject): string | undefined => {
  const name = label(deployment, `${OWNER}/name`)
  return name === undefined ? undefined : `${label(deployment, `${OWNER}/namespace`) ?? ''}/${name}`
}

/** The Kustomization that applies the controllers; undefined when none does, it is gone, or there are two. */
export function ownerOf(cluster: Pick<Evidence, 'deployments' | 'kustomizations'>): KubeObject | undefined {
  const keys = new Set(cluster.deployments.map(ownerKey))
  const [key] = keys
  return keys.size === 1 && key !== undefined ? cluster.kustomizations.find((each) => nameOf(each) === key) : undefined
}

function ofDeployment(deployment: KubeObject): Claim[] {
  const found: Claim[] = []
  const where = `Deployment ${nameOf(deployment)}`
  const add = (style: Claim['style'], what: string): number => found.push({ style, line: `${where} ${what}` })
  const owner = ownerKey(deployment)
  const release = deployment.metadata.annotations?.['meta.helm.sh/release-name']
  const terraform = deployment.metadata.managedFields?.find((field) => /terraform|opentofu/i.test(field.manager ?? ''))

  if (owner !== undefined) add('kustomization', `is applied by Kustomization ${owner}`)
  if (label(deployment, `${OPERATOR}/name`) !== undefined)
    add('operator', `is applied by FluxInstance ${label(deployment, `${OPERATOR}/name`)}`)
  if (release !== undefined || label(deployment, 'app.kubernetes.io/managed-by') === 'Helm') {
    add('helm', `belongs to Helm release ${release ?? label(deployment, 'helm.sh/chart') ?? '?'}`)
  }
  if (terraform) add('terraform', `was written by ${terraform.manager}`)
  return found
}

/** Name of the chart of a HelmRelease: in its own words, or the last part of the URL of the OCIRepository that it refers to. */
function chartOf(release: KubeObject, sources: readonly KubeObject[]): string {
  const { chart, chartRef } = release.spec ?? {}
  if (chartRef?.kind !== 'OCIRepository') return String(chart?.spec?.chart ?? '')
  const id = `${chartRef.namespace ?? release.metadata.namespace ?? ''}/${chartRef.name}`
  return (
    String(sources.find((each) => nameOf(each) === id)?.spec?.url ?? '')
      .split('/')
      .at(-1) ?? ''
  )
}

const CHARTS: Readonly<Record<string, Claim['style']>> = { flux2: 'helm', 'flux-instance': 'operator' }

const ofRelease = (release: KubeObject, sources: readonly KubeObject[]): Claim[] => {
  const chart = chartOf(release, sources)
  const style = Object.hasOwn(CHARTS, chart) ? CHARTS[chart] : undefined
  return style === undefined ? [] : [{ style, line: `HelmRelease ${nameOf(release)} installs chart ${chart}` }]
}

/** A resource of the provider in the repository's own Terraform files. */
const ofTerraform = (files: readonly RepoFile[], { kustomizations }: Evidence): Claim[] =>
  [...new Set(bootstrapResources(files, kustomizations).map((each) => each.file))].map((file) => ({
    style: 'terraform',
    line: `${file} has a flux_bootstrap_git resource`,
  }))

const once = (all: readonly Claim[]): Claim[] => all.filter((claim, index) => all.findIndex((each) => each.line === claim.line) === index)

/** Everything that says who keeps the controllers. Terraform that bootstraps leaves the Kustomization in charge, so it replaces that claim. */
export function claims(cluster: Evidence, files: readonly RepoFile[]): Claim[] {
  const charts = cluster.helmReleases.flatMap((release) => ofRelease(release, cluster.ociRepositories ?? []))
  const instances = cluster.fluxInstances.map((each): Claim => ({ style: 'operator', line: `FluxInstance ${nameOf(each)} exists` }))
  const found = once([...cluster.deployments.flatMap(ofDeployment), ...instances, ...charts, ...ofTerraform(files, cluster)])
  const ofTool = found.some((claim) => claim.style === 'terraform')

  return ofTool ? found.filter((claim) => claim.style !== 'kustomization') : found
}
