// Flux kept by the Terraform provider: it would put back whatever anybody else writes into its files, so the change to make is said and not made.
import { claimLines, type StyleView } from './style-view.ts'
import { type BootstrapResource, bootstrapResources } from './terraform.ts'

export type TerraformStyle = {
  readonly style: 'terraform'
  readonly why: string
  readonly resources: readonly BootstrapResource[]
  readonly hints: readonly string[]
  readonly evidence: readonly string[]
}

export const terraformStyle = (view: StyleView): TerraformStyle => ({
  style: 'terraform',
  why: 'Terraform keeps Flux here: its provider commits the manifests, and would take back what anybody else writes into them',
  resources: bootstrapResources(view.files, view.cluster.kustomizations),
  hints: [],
  evidence: claimLines(view),
})

function changeOf({ file, line, address, version, embedded }: BootstrapResource, to: string): string {
  if (embedded)
    return `${file}:${line}  raise the version of the provider fluxcd/flux to one that carries Flux ${to} (${address} has embedded_manifests = true)`
  if (version === undefined) return `${file}:${line}  add to ${address}:  version = "v${to}"`
  if (!version.text.startsWith('"'))
    return `${file}:${version.line}  ${address}: version = ${version.text}: set what it refers to to "v${to}"`
  return `${file}:${version.line}  ${address}: version = ${version.text}  →  version = "v${to}"`
}

/** What a person does instead, in order. */
export const terraformSteps = ({ resources }: Pick<TerraformStyle, 'resources'>, to: string): string[] => [
  'before: what is stored in API versions that the target lacks is migrated while the old version still runs:  flux migrate',
  ...(resources.length > 0
    ? resources.map((each) => changeOf(each, to))
    : [`in the repository that has the resource flux_bootstrap_git:  version = "v${to}"`]),
  'terraform plan, then terraform apply',
  'after:  flux check, flux get all -A, flux migrate',
]
