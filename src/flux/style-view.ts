// What every install style is told from, and the words for evidence that does not agree.
import type { KubeObject } from '../ports/kube.ts'
import type { Claim } from './cluster-claims.ts'
import type { RepoFile } from './files.ts'
import type { Pin } from './pins.ts'
import { folderOf, isUnder, type SyncedPath } from './synced-paths.ts'

export type ClusterEvidence = {
  readonly deployments: readonly KubeObject[] // the controllers' Deployments, with managedFields
  readonly kustomizations: readonly KubeObject[] // Flux ones
  readonly gitRepositories: readonly KubeObject[]
  readonly ociRepositories: readonly KubeObject[]
  readonly helmReleases: readonly KubeObject[]
  /** What a HelmRelease may take its chart from. */
  readonly helmRepositories?: readonly KubeObject[]
  readonly fluxInstances: readonly KubeObject[] // [] when the kind is not served
}

export type MixedStyle = {
  readonly style: 'mixed'
  readonly cluster: readonly string[]
  readonly repository: readonly string[]
  readonly hints: readonly string[]
}

export interface StyleView {
  readonly cluster: ClusterEvidence
  readonly files: readonly RepoFile[]
  readonly pins: readonly Pin[]
  readonly synced: readonly SyncedPath[]
  readonly claims: readonly Claim[]
}

/** gotk-components.yaml files in folders this cluster applies, with gotk-sync.yaml beside them. */
export const bootstraps = (view: StyleView): Pin[] =>
  view.pins.filter(
    (pin) =>
      pin.kind === 'gotk-components' &&
      view.files.some((file) => file.path === sibling(pin.file, 'gotk-sync.yaml')) &&
      view.synced.some((synced) => isUnder(folderOf(pin.file), synced.path)),
  )

export const sibling = (path: string, name: string): string => (folderOf(path) === '' ? name : `${folderOf(path)}/${name}`)

/** Remote bases are applied by hand, so no Kustomization points at them: of several, those nearest to the folders this cluster applies. */
export function remotePins(view: StyleView): Pin[] {
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

/** Whether a pin says the version of `namespace/name`; a file may leave the namespace to the kustomization around it. */
export const isOf = (pin: Pin, id: string): boolean =>
  pin.object === id || (pin.object?.startsWith('/') === true && id.endsWith(pin.object))

export const pinLine = (pin: Pin): string =>
  `${pin.file}:${pin.line} ${pin.kind}${pin.text === '' ? '' : ` ${pin.text}`}${pin.why ? ` (${pin.why})` : ''}`

export const claimLines = (view: StyleView): string[] => view.claims.map((claim) => claim.line)

/** Both sides, and what to do. `more`: pins that the style looked at besides. */
export const mixed = (view: StyleView, hints: readonly string[], more: readonly Pin[] = []): MixedStyle => ({
  style: 'mixed',
  cluster: view.claims.length > 0 ? claimLines(view) : ['nothing says who applies the controllers'],
  repository: [...bootstraps(view), ...remotePins(view), ...view.pins.filter((pin) => pin.object !== undefined), ...more].map(pinLine),
  hints,
})
