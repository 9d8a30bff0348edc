// Flux kept by the Flux Operator: one FluxInstance says which version, and something of Flux applies it from git, directly or through a HelmRelease.
import type { KubeObject } from '../ports/kube.ts'
import { type Applier, applierOf } from './appliers.ts'
import { findInstancePins, type InstancePin } from './instance-pins.ts'
import { COMPONENTS, type Component } from './kinds.ts'
import type { Pin } from './pins.ts'
import { claimLines, isOf, type MixedStyle, mixed, pinLine, type StyleView } from './style-view.ts'
import { folderOf, isUnder, keyOf } from './synced-paths.ts'

export type OperatorStyle = {
  readonly style: 'operator'
  /** namespace/name of the FluxInstance. */
  readonly instance: string
  readonly pin: Pin
  /** What applies the FluxInstance, then what applies that; the last is a Kustomization of this repository. */
  readonly appliers: readonly [Applier, ...Applier[]]
  readonly components: readonly Component[]
  /** URL of the distribution that the operator fetches; undefined when it takes the one of its image. */
  readonly artifact?: string
  readonly evidence: readonly string[]
}

/** What the operator installs when spec.components says nothing. Source: GetComponents in api/v1/fluxinstance_types.go of flux-operator. */
const DEFAULT_COMPONENTS: readonly Component[] = ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller']

/** From the FluxInstance to the Kustomization of this repository; a sentence when the chain breaks. */
function appliersOf(view: StyleView, instance: KubeObject): [Applier, ...Applier[]] | string {
  const first = applierOf(instance)
  if (first === undefined) return 'nothing of Flux applies the FluxInstance: put it into git, below a folder that a Kustomization applies'
  if (first.kind === 'Kustomization') {
    if (view.synced.some((each) => each.kustomization === first.id)) return [first]
    return `Kustomization ${first.id} applies the FluxInstance, and not from this repository: run it in the clone that it follows`
  }
  const release = view.cluster.helmReleases.find((each) => keyOf(each) === first.id)
  const second = release && applierOf(release)
  if (second?.kind === 'Kustomization' && view.synced.some((each) => each.kustomization === second.id)) return [first, second]
  return `HelmRelease ${first.id} makes the FluxInstance, and no Kustomization of this repository applies it: run it in the clone that has it`
}

/** The places in git that say the version, for this cluster: those below the folder that its Kustomization applies, where there are such. */
function pinsFor(view: StyleView, instance: string, appliers: readonly Applier[]): InstancePin[] {
  const all = findInstancePins(view.files)
  const kustomization = appliers.at(-1)?.id
  const path = view.synced.find((each) => each.kustomization === kustomization)?.path ?? ''
  const here = (pins: InstancePin[]): InstancePin[] => {
    const below = pins.filter((pin) => isUnder(folderOf(pin.file), path))
    return below.length > 0 ? below : pins
  }
  const [first] = appliers
  if (first?.kind !== 'HelmRelease') return here(all.filter((pin) => pin.holder === 'FluxInstance' && isOf(pin, instance)))
  const inline = here(all.filter((pin) => pin.holder === 'HelmRelease' && isOf(pin, first.id)))
  // Values from a ConfigMap that kustomize generates stand in a file below the same folder.
  return inline.length > 0 ? inline : all.filter((pin) => pin.holder === 'values' && isUnder(folderOf(pin.file), path))
}

const named = (value: unknown): Component[] => COMPONENTS.filter((each) => Array.isArray(value) && value.includes(each))

/** Throws what findInstancePins throws. */
export function operatorStyle(view: StyleView): OperatorStyle | MixedStyle {
  const [instance, second] = view.cluster.fluxInstances
  if (instance === undefined) return mixed(view, ['the operator installed Flux, and its FluxInstance is gone: apply it again from git'])
  if (second !== undefined)
    return mixed(view, ['there are two FluxInstances, and the operator takes only the one called flux: remove the other'])
  const id = keyOf(instance)
  const appliers = appliersOf(view, instance)
  if (typeof appliers === 'string') return mixed(view, [appliers], findInstancePins(view.files))
  const pins = pinsFor(view, id, appliers)
  const [pin] = pins
  if (pin === undefined || pins.length > 1) {
    const said =
      pin === undefined
        ? `no file of this repository says the version of FluxInstance ${id}`
        : `more than one file says the version of FluxInstance ${id}`
    return mixed(view, [`${said}: one place has to, spec.distribution.version or the value that becomes it`], pins)
  }
  const { components, distribution } = instance.spec ?? {}
  const found = named(components)
  const { holder: _holder, ...plain } = pin
  return {
    style: 'operator',
    instance: id,
    pin: plain,
    appliers,
    components: found.length > 0 ? found : DEFAULT_COMPONENTS,
    ...(typeof distribution?.artifact === 'string' && distribution.artifact !== '' ? { artifact: distribution.artifact } : {}),
    evidence: [...claimLines(view), pinLine(pin)],
  }
}
