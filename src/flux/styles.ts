// How Flux got into this cluster and who keeps it there, told from both sides: what the Deployments say of their owner, and what the
// repository holds. One style is named only where the two agree; else both sides are shown and nobody guesses.
import type { KubeObject } from '../ports/kube.ts'
import { claims, ownerOf } from './cluster-claims.ts'
import type { RepoFile } from './files.ts'
import { controllersOf } from './installed.ts'
import { findPins, type Pin } from './pins.ts'
import { type HelmByHand, type HelmStyle, helmStyle } from './style-helm.ts'
import { type OperatorStyle, operatorStyle } from './style-operator.ts'
import { type TerraformStyle, terraformStyle } from './style-terraform.ts'
import {
  bootstraps,
  type ClusterEvidence,
  claimLines,
  isOf,
  type MixedStyle,
  mixed,
  pinLine,
  remotePins,
  type StyleView,
  sibling,
} from './style-view.ts'
import { cleanFolder, folderOf, isUnder, keyOf, type SyncedPath, syncedPaths } from './synced-paths.ts'

export type { HelmByHand, HelmStyle } from './style-helm.ts'
export type { OperatorStyle } from './style-operator.ts'
export type { TerraformStyle } from './style-terraform.ts'
export type { ClusterEvidence } from './style-view.ts'
export { cleanFolder, type SyncedPath, syncedPaths } from './synced-paths.ts'

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
  | OperatorStyle
  | HelmStyle
  | HelmByHand
  | TerraformStyle
  | MixedStyle
  | { readonly style: 'none'; readonly why: string; readonly hints: readonly string[] }

function bootstrapStyle(view: StyleView, owner: SyncedPath): Style {
  const own = bootstraps(view).filter((pin) => isUnder(folderOf(pin.file), owner.path))
  // flux bootstrap writes to <path>/<namespace>
  const usual = cleanFolder(`${owner.path}/${owner.kustomization.split('/')[0]}`)
  const pin = own.find((each) => folderOf(each.file) === usual) ?? (own.length === 1 ? own[0] : undefined)
  if (own.length === 0) return pinStyle(view, undefined)
  if (pin === undefined) return mixed(view, [`more than one gotk-components.yaml is below ${owner.path}, none of them in ${usual}`])

  const kustomization = sibling(pin.file, 'kustomization.yaml')
  return {
    style: 'bootstrap',
    folder: folderOf(pin.file),
    components: pin.file,
    sync: sibling(pin.file, 'gotk-sync.yaml'),
    ...(view.files.some((file) => file.path === kustomization) ? { kustomization } : {}),
    pin,
    owner: owner.kustomization,
    evidence: [...claimLines(view), pinLine(pin)],
  }
}

function pinStyle(view: StyleView, owner: KubeObject | undefined): Style {
  const remote = remotePins(view)
  const source = owner && `${owner.spec?.sourceRef?.namespace ?? owner.metadata.namespace}/${owner.spec?.sourceRef?.name}`
  const own = source === undefined ? [] : appliedFirst(view, (pin) => isOf(pin, source))
  const first = own[0]
  if (owner && first === undefined) return mixed(view, [`find the file that makes OCIRepository ${source}: is this the right repository?`])
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
    evidence: [...claimLines(view), ...[...remote, ...own].map(pinLine)],
  }
}

/** Other clusters of the repository have objects of the same name: of several pins, those in folders that this cluster applies. */
function appliedFirst(view: StyleView, wanted: (pin: Pin) => boolean): Pin[] {
  const all = view.pins.filter(wanted)
  const applied = all.filter((pin) => view.synced.some((synced) => isUnder(folderOf(pin.file), synced.path)))
  return applied.length > 0 ? applied : all
}

const nothing = (view: StyleView): Style => ({
  style: 'none',
  why: view.synced.length === 0 ? 'this cluster applies nothing from this repository' : 'no version of Flux is pinned in this repository',
  hints: ['run it in the clone of the repository that installs Flux, or name it with --repo'],
})

/** Without an owner only pins that are applied by hand make sense: gotk files are applied by a Kustomization, which would have left its label. */
function withoutOwner(view: StyleView): Style {
  if (bootstraps(view).length > 0) {
    return mixed(view, ['flux reconcile kustomization flux-system, so that the controllers get their owner back, or remove the gotk files'])
  }
  return pinStyle(view, undefined)
}

/**
 * Tells the install style. Throws what findPins throws, for files that seem to hold a pin.
 * `terraform` and `helm-by-hand` are recognised and explained only.
 */
export function detectStyle(all: ClusterEvidence, repository: RepositoryEvidence): Style {
  // Other tools may live in the namespace of Flux: they say nothing of its owner.
  const cluster = { ...all, deployments: all.deployments.filter((each) => controllersOf([each]).length > 0) }
  const synced = syncedPaths(cluster, repository.remotes)
  const view: StyleView = {
    cluster,
    files: repository.files,
    pins: findPins(repository.files),
    synced,
    claims: claims(cluster, repository.files),
  }
  const styles = [...new Set(view.claims.map((claim) => claim.style))]
  const [only] = styles
  if (styles.length > 1) return mixed(view, ['two tools claim the controllers: decide which one keeps them, and remove the other'])
  if (only === 'operator' || only === 'helm' || only === 'terraform') {
    const own = bootstraps(view)
    if (own.length > 0 && only !== 'terraform')
      return mixed(view, ['the repository still applies gotk files: remove them or the other installation'])
    if (only === 'operator') return operatorStyle(view)
    return only === 'helm' ? helmStyle(view) : terraformStyle(view)
  }
  const owner = ownerOf(cluster)
  if (owner === undefined)
    return only === 'kustomization' ? mixed(view, ['the Kustomization that applied the controllers is gone']) : withoutOwner(view)

  const ownerSync = synced.find((each) => each.kustomization === keyOf(owner))
  if (ownerSync) return bootstrapStyle(view, ownerSync)
  if (owner.spec?.sourceRef?.kind !== 'OCIRepository')
    return mixed(view, ['the controllers are applied from another repository: use the clone of that one'])
  if (bootstraps(view).length > 0)
    return mixed(view, ['the controllers are applied from an OCIRepository, yet the repository applies gotk files too'])
  return pinStyle(view, owner)
}
