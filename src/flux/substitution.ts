// Which variables a Flux Kustomization asks for and does not get. Since 2.9 kustomize-controller refuses such a Kustomization
// (feature gate StrictPostBuildSubstitutions, on by default from v1.9.0; before, the variable became nothing).
// Source: github.com/fluxcd/kustomize-controller internal/controller build(), github.com/fluxcd/pkg/kustomize kustomize_varsub.go.
import semver from 'semver'
import type { KubeObject } from '../ports/kube.ts'
import { BadSubstitution, references } from './envsubst.ts'
import { groupOf, isFluxGroup } from './kinds.ts'
import type { RenderedObject } from './rendered.ts'

export interface PostBuild {
  /** Names set in the Kustomization itself. */
  readonly names: readonly string[]
  readonly from: readonly { readonly kind: 'ConfigMap' | 'Secret'; readonly name: string; readonly optional: boolean }[]
  /** Substitutes even where no variable is set at all. */
  readonly always: boolean
}

/** undefined when nothing is substituted in what it applies. */
export function postBuildOf(kustomization: KubeObject): PostBuild | undefined {
  const postBuild = kustomization.spec?.postBuild
  if (postBuild === undefined || postBuild === null) return undefined
  const from: unknown[] = Array.isArray(postBuild.substituteFrom) ? postBuild.substituteFrom : []
  return {
    names: Object.keys(postBuild.substitute ?? {}),
    from: from.flatMap((each) => {
      const { kind, name, optional } = (each ?? {}) as Record<string, unknown>
      return kind === 'ConfigMap' || kind === 'Secret' ? [{ kind, name: String(name), optional: optional === true }] : []
    }),
    always: postBuild.substituteStrategy === 'Always',
  }
}

export type Trouble =
  | { readonly kind: 'unset'; readonly variable: string; readonly expression: string }
  /** Refused by every version: it is not this upgrade that breaks it. */
  | { readonly kind: 'broken'; readonly expression: string }

const excerpt = (text: string, at: number): string => (text.slice(at).split('\n')[0] ?? '').slice(0, 60)

/** Variables of an object that are neither set nor have a default; each once. Assumes that the Kustomization substitutes at all. */
export function unsetVariables(object: RenderedObject, known: ReadonlySet<string>): Trouble[] {
  if (object.substituteDisabled || !object.text.includes('${')) return []
  try {
    const unset = references(object.text).filter(({ name, defaulted }) => !defaulted && !known.has(name))
    const byName = new Map(unset.map((each) => [each.name, each]))
    return [...byName.values()].map(({ name, at }) => ({
      kind: 'unset',
      variable: name,
      expression: excerpt(object.text, at).replace(/\}.*$/, '}'),
    }))
  } catch (error) {
    if (!(error instanceof BadSubstitution)) throw error
    const at = object.text.lastIndexOf('${', error.at)
    return [{ kind: 'broken', expression: excerpt(object.text, Math.max(0, at)) }]
  }
}

/** A CRD of Flux: the target brings its own, with `substitute: disabled` since 2.9.1. */
export const isFluxCrd = (object: RenderedObject): boolean =>
  object.kind === 'CustomResourceDefinition' &&
  groupOf(object.apiVersion) === 'apiextensions.k8s.io' &&
  isFluxGroup(object.name.slice(object.name.indexOf('.') + 1))

/**
 * Whether substitution becomes strict between two releases. `gates`: what StrictPostBuildSubstitutions is set to on each kustomize-controller.
 * `begins`, `off` (by the gate), or why it does not matter.
 */
export function strictnessBetween(
  from: string,
  to: string,
  gates: readonly (boolean | undefined)[],
): 'begins' | 'off' | 'strict already' | 'not before Flux 2.9' {
  if (gates.length > 0 && gates.every((gate) => gate === false)) return 'off'
  if (semver.lt(to, '2.9.0')) return 'not before Flux 2.9'
  return semver.gte(from, '2.9.0') || (gates.length > 0 && gates.every((gate) => gate === true)) ? 'strict already' : 'begins'
}
