// How Flux got into this cluster and who keeps it there, told from both sides: what the Deployments say of their owner, and what the
// repository holds. One style is named only where the two agree; else both sides are shown and nobody guesses.
import type { KubeObject } from '../ports/kube.ts'
import { type Claim, claims, ownerOf } from './cluster-claims.ts'
import type { RepoFile } from './files.ts'
import { controllersOf } from './installed.ts'
import { findPins, type Pin } from './pins.ts'
import { cleanFolder, folderOf, isUnder, keyOf, type SyncedPath, syncedPaths } from './synced-paths.ts'

export { cleanFolder, type SyncedPath, syncedPaths } from './synced-paths.ts'

export type ClusterEvidence = {
  readonly deployments: readonly KubeObject[] // the controllers' Deployments, with managedFields
  readonly kustomizations: readonly KubeObject[] // Flux ones
  readonly gitRepositories: readonly KubeObject[]
  readonly ociRepositories: readonly KubeObject[]
  readonly helmReleases: readonly KubeObject[]
  readonly fluxInstances: readonly KubeObject[] // [] when the kind is not served
}

export type RepositoryEvidence = {
  readonly files: readonly RepoFile[]
  /** Remote URLs of the clone. */
  readonly remotes: readonly string[]
}

export type BootstrapStyle = {
  readonly style: 'bootstrap'
  /** Folder of the gotk files, for example clusters/prod/flux-system. */
  readonly folder: string
  readonly components: string // path of gotk-components.yaml
  readonly sync: string // path of gotk-sync.yaml
  readonly kustomization?: string // path of kustomization.yaml, with the patches
  readonly pin: Pin
  /** namespace/name of the Kustomization that applies it. */
  readonly owner: string
  readonly evidence: readonly string[]
}

export type PinStyle = {
  readonly style: 'pin'
  readonly pins: readonly Pin[]
  /** Folders with a kustomization.yaml that has the remote base, for `kubectl kustomize`. */
  readonly bases: readonly string[]
  /** The self-management by OCIRepository flux-manifests and the Kustomization that applies it. */
  readonly self?: { readonly source: string; readonly kustomization: string; readonly file: string; readonly path: string }
  readonly evidence: readonly string[]
}

export type Style =
  | BootstrapStyle
  | PinStyle
  | {
      readonly style: 'operator' | 'helm' | 'terraform'
      readonly why: string
      readonly hints: readonly string[]
      readonly evidence: readonly string[]
    }
  | {
      readonly style: 'mixed'
      readonly cluster: readonly string[]
      readonly repository: readonly string[]
      readonly hints: readonly string[]
    }
  | { readonly style: 'none'; readonly why: string; readonly hints: readonly string[] }

interface View {
  readonly cluster: ClusterEvidence
  readonly files: readonly RepoFile[]
  readonly pins: readonly Pin[]
  readonly synced: readonly SyncedPath[]
  readonly claims: readonly Claim[]
}

/** gotk-components.yaml files in folders this cluster applies, with gotk-sync.yaml beside them. */
const bootstraps = (view: View): Pin[] =>
  view.pins.filter(
    (pin) =>
      pin.kind === 'gotk-components' &&
      view.files.some((file) => file.path === sibling(pin.file, 'gotk-sync.yaml')) &&
      view.synced.some((synced) => isUnder(folderOf(pin.file), synced.path)),
  )

const sibling = (path: string, name: string): string => (folderOf(path) === '' ? name : `${folderOf(path)}/${name}`)

/** Remote bases are applied by hand, so no Kustomization points at them: of several, those nearest to the folders this cluster applies. */
function remotePins(view: View): Pin[] {
  const remote = view.pins.filter((pin) => pin.kind === 'kustomize-remote' || (pin.kind === 'needs-person' && pin.object === undefined))
  const near = (pin: Pin): number => Math.max(0, ...view.synced.map((synced) => shared(folderOf(pin.file), synced.path)))
  const best = Math.max(0, ...remote.map(near))
  return remote.filter((pin) => near(pin) === best)
}

function shared(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')]
  const differs = left.findIndex((part, index) => part !== right[index])
  return a === '' || b === '' ? 0 : differs < 0 ? left.length : differs
}

/** A file may leave the namespace to the kustomization around it. */
const selfPins = (view: View, source: string): Pin[] =>
  view.pins.filter((pin) => pin.object === source || (pin.object?.startsWith('/') === true && source.endsWith(pin.object)))

const pinLine = (pin: Pin): string =>
  `${pin.file}:${pin.line} ${pin.kind}${pin.text === '' ? '' : ` ${pin.text}`}${pin.why ? ` (${pin.why})` : ''}`

const mixed = (view: View, ...hints: string[]): Style => ({
  style: 'mixed',
  cluster: view.claims.length > 0 ? view.claims.map((claim) => claim.line) : ['nothing says who applies the controllers'],
  repository: [...bootstraps(view), ...remotePins(view), ...view.pins.filter((pin) => pin.object !== undefined)].map(pinLine),
  hints,
})

const UNSUPPORTED: Readonly<Record<'operator' | 'helm' | 'terraform', { why: string; hints: readonly string[] }>> = {
  operator: {
    why: 'Flux is installed by the Flux Operator; upgrading it this way is not supported yet',
    hints: [
      'change spec.distribution.version of the FluxInstance (or the chart values that make it) in git, after upgrading the operator itself',
    ],
  },
  helm: {
    why: 'Flux is installed by a Helm chart; upgrading it this way is not supported yet',
    hints: ['run flux migrate first, then change the version of the chart flux2 where it is installed from'],
  },
  terraform: {
    why: 'Flux is installed by Terraform; upgrading it this way is not supported yet',
    hints: ['run flux migrate first, then change version in the flux_bootstrap_git resource and run terraform plan'],
  },
}

function bootstrapStyle(view: View, owner: SyncedPath): Style {
  const own = bootstraps(view).filter((pin) => isUnder(folderOf(pin.file), owner.path))
  // flux bootstrap writes to <path>/<namespace>
  const usual = cleanFolder(`${owner.path}/${owner.kustomization.split('/')[0]}`)
  const pin = own.find((each) => folderOf(each.file) === usual) ?? (own.length === 1 ? own[0] : undefined)
  if (own.length === 0) return pinStyle(view, undefined)
  if (pin === undefined) return mixed(view, `more than one gotk-components.yaml is below ${owner.path}, none of them in ${usual}`)

  const kustomization = sibling(pin.file, 'kustomization.yaml')
  return {
    style: 'bootstrap',
    folder: folderOf(pin.file),
    components: pin.file,
    sync: sibling(pin.file, 'gotk-sync.yaml'),
    ...(view.files.some((file) => file.path === kustomization) ? { kustomization } : {}),
    pin,
    owner: owner.kustomization,
    evidence: [...view.claims.map((claim) => claim.line), pinLine(pin)],
  }
}

function pinStyle(view: View, owner: KubeObject | undefined): Style {
  const remote = remotePins(view)
  const source = owner && `${owner.spec?.sourceRef?.namespace ?? owner.metadata.namespace}/${owner.spec?.sourceRef?.name}`
  const own = source === undefined ? [] : selfPins(view, source)
  const first = own[0]
  if (owner && first === undefined) return mixed(view, `find the file that makes OCIRepository ${source}: is this the right repository?`)
  if (remote.length + own.length === 0) return nothing(view)

  const self =
    owner && first && source
      ? { source, kustomization: keyOf(owner), file: first.file, path: cleanFolder(String(owner.spec?.path ?? '')) }
      : undefined
  return {
    style: 'pin',
    pins: [...remote, ...own],
    bases: [...new Set(remote.map((pin) => folderOf(pin.file)))],
    ...(self ? { self } : {}),
    evidence: [...view.claims.map((claim) => claim.line), ...[...remote, ...own].map(pinLine)],
  }
}

const nothing = (view: View): Style => ({
  style: 'none',
  why: view.synced.length === 0 ? 'this cluster applies nothing from this repository' : 'no version of Flux is pinned in this repository',
  hints: ['run it in the clone of the repository that installs Flux, or name it with --repo'],
})

/** Without an owner only pins that are applied by hand make sense: gotk files are applied by a Kustomization, which would have left its label. */
function withoutOwner(view: View): Style {
  if (bootstraps(view).length > 0) {
    return mixed(view, 'flux reconcile kustomization flux-system, so that the controllers get their owner back, or remove the gotk files')
  }
  return pinStyle(view, undefined)
}

/**
 * Tells the install style. Throws what findPins throws, for files that seem to hold a pin.
 * `terraform`, `helm` and `operator` are recognised and explained only.
 */
export function detectStyle(all: ClusterEvidence, repository: RepositoryEvidence): Style {
  // Other tools may live in the namespace of Flux: they say nothing of its owner.
  const cluster = { ...all, deployments: all.deployments.filter((each) => controllersOf([each]).length > 0) }
  const synced = syncedPaths(cluster, repository.remotes)
  const view: View = {
    cluster,
    files: repository.files,
    pins: findPins(repository.files),
    synced,
    claims: claims(cluster, repository.files),
  }
  const styles = [...new Set(view.claims.map((claim) => claim.style))]
  const [only] = styles
  if (styles.length > 1) return mixed(view, 'two tools claim the controllers: decide which one keeps them, and remove the other')
  if (only === 'operator' || only === 'helm' || only === 'terraform') {
    const own = bootstraps(view)
    if (own.length > 0 && only !== 'terraform')
      return mixed(view, 'the repository still applies gotk files: remove them or the other installation')
    return { style: only, ...UNSUPPORTED[only], evidence: view.claims.map((claim) => claim.line) }
  }
  const owner = ownerOf(cluster)
  if (owner === undefined)
    return only === 'kustomization' ? mixed(view, 'the Kustomization that applied the controllers is gone') : withoutOwner(view)

  const ownerSync = synced.find((each) => each.kustomization === keyOf(owner))
  if (ownerSync) return bootstrapStyle(view, ownerSync)
  if (owner.spec?.sourceRef?.kind !== 'OCIRepository')
    return mixed(view, 'the controllers are applied from another repository: use the clone of that one')
  if (bootstraps(view).length > 0)
    return mixed(view, 'the controllers are applied from an OCIRepository, yet the repository applies gotk files too')
  return pinStyle(view, owner)
}
