// With force, kustomize-controller deletes and recreates whatever the API server refuses to update, on any Conflict or Invalid answer.
// A CRD refused for its stored versions is Invalid: it would be deleted, and with it every object of it. Source: fluxcd/pkg ssa,
// manager_apply.go shouldForceApply and errors/immutable.go; the selector is matched case-insensitively on labels and on annotations.
import type { KubeObject } from '../ports/kube.ts'
import type { RepoFile } from './files.ts'
import { isFluxGroup, objectLabel } from './kinds.ts'
import { isYamlPath, objectsUnlessTemplate, offsetOf, partsOf, placeOf, textAt, type YamlObject } from './yaml-objects.ts'

export type ForceFinding = {
  /** `Kustomization namespace/name`, `CustomResourceDefinition name`, or `path:line`. */
  readonly where: string
  readonly by: 'spec.force' | 'annotation' | 'label'
  /** Names of the Flux CRDs it would delete and recreate; empty when it is unknown which (no inventory yet). */
  readonly crds: readonly string[]
  readonly why: string
}

const FORCE_KEY = 'kustomize.toolkit.fluxcd.io/force'

const isOn = (value: unknown): boolean => typeof value === 'string' && value.toLowerCase() === 'enabled'

const isFluxCrd = (name: string): boolean => isFluxGroup(name.slice(name.indexOf('.') + 1))

/** CRD names in status.inventory, whose ids read `<namespace>_<name>_<group>_<kind>`, the namespace empty for cluster-wide objects. */
export function crdsInInventory(kustomization: KubeObject): string[] {
  const entries: unknown = kustomization.status?.inventory?.entries
  if (!Array.isArray(entries)) return []

  return entries.flatMap((entry) => /^[^_]*_(.+)_apiextensions\.k8s\.io_CustomResourceDefinition$/.exec(String(entry?.id ?? ''))?.[1] ?? [])
}

function forceOf(object: KubeObject): 'annotation' | 'label' | undefined {
  if (isOn(object.metadata.annotations?.[FORCE_KEY])) return 'annotation'
  return isOn(object.metadata.labels?.[FORCE_KEY]) ? 'label' : undefined
}

const DANGER = 'a CRD that the API server refuses would be deleted with every object of it'

function fromKustomization(kustomization: KubeObject): ForceFinding[] {
  if (kustomization.spec?.force !== true) return []

  const known = Array.isArray(kustomization.status?.inventory?.entries)
  const crds = crdsInInventory(kustomization).filter(isFluxCrd)
  if (known && crds.length === 0) return []
  return [
    { where: objectLabel(kustomization), by: 'spec.force', crds, why: known ? DANGER : `what it applies is not known yet; ${DANGER}` },
  ]
}

/** Labels and annotations that a Kustomization puts on everything it applies. */
function fromCommonMetadata(kustomization: KubeObject): ForceFinding[] {
  const common = kustomization.spec?.commonMetadata
  const by = isOn(common?.annotations?.[FORCE_KEY]) ? 'annotation' : isOn(common?.labels?.[FORCE_KEY]) ? 'label' : undefined
  const known = Array.isArray(kustomization.status?.inventory?.entries)
  const crds = crdsInInventory(kustomization).filter(isFluxCrd)
  if (by === undefined || (known && crds.length === 0)) return []
  const what = known ? 'all it applies' : 'all it applies, which is not known yet'
  return [{ where: objectLabel(kustomization), by, crds, why: `spec.commonMetadata sets it on ${what}; ${DANGER}` }]
}

const fromCrd = (crd: KubeObject): ForceFinding[] => {
  const by = forceOf(crd)
  return by && isFluxCrd(crd.metadata.name)
    ? [{ where: `CustomResourceDefinition ${crd.metadata.name}`, by, crds: [crd.metadata.name], why: DANGER }]
    : []
}

function fromObject(object: YamlObject): ForceFinding[] {
  const name = textAt(object, ['metadata', 'name']) ?? ''
  const by = (['annotation', 'label'] as const).find((each) => isOn(textAt(object, ['metadata', `${each}s`, FORCE_KEY])))
  if (textAt(object, ['kind']) !== 'CustomResourceDefinition' || by === undefined || !isFluxCrd(name)) return []

  const { line } = placeOf(object.part.file.text, offsetOf(object, object.map))
  return [{ where: `${object.part.file.path}:${line}`, by, crds: [name], why: DANGER }]
}

/** CRDs written in the repository; templates are applied by Helm, which knows no force of this kind. Documents that do not name both the key and the kind are not parsed. */
const fromFile = (file: RepoFile): ForceFinding[] =>
  isYamlPath(file.path)
    ? partsOf(file)
        .filter((part) => part.text.includes(FORCE_KEY) && part.text.includes('CustomResourceDefinition'))
        .flatMap((part) => objectsUnlessTemplate(part) ?? [])
        .flatMap(fromObject)
    : []

/**
 * Who would delete a Flux CRD, and with it every object of it, when the API server refuses its update.
 * A suspended Kustomization counts: nobody knows when it is resumed.
 */
export function forceOverCrds(input: {
  readonly kustomizations: readonly KubeObject[]
  readonly crds: readonly KubeObject[]
  readonly files?: readonly RepoFile[]
}): ForceFinding[] {
  return [
    ...input.kustomizations.flatMap((each) => [...fromKustomization(each), ...fromCommonMetadata(each)]),
    ...input.crds.flatMap(fromCrd),
    ...(input.files ?? []).flatMap(fromFile),
  ]
}
