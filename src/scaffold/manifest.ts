// Manifests as text: objects by the YAML library, so that no name or path of a cluster file can be read as anything else than itself.
import { stringify } from 'yaml'

type Fields = Readonly<Record<string, unknown>>

export interface Manifest {
  /** Lines above it, without `#`. */
  readonly says?: readonly string[]
  readonly object: Fields
}

const commented = (lines: readonly string[]): string => lines.map((line) => (line === '' ? '#\n' : `# ${line}\n`)).join('')

export const yamlOf = (value: unknown): string => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })

/** Documents, each with `---` before it. */
export const manifests = (...all: readonly Manifest[]): string =>
  all.map(({ says = [], object }) => `---\n${commented(says)}${yamlOf(object)}`).join('')

/** A kustomization file. */
export const kustomizationText = (resources: readonly string[], says: readonly string[] = [], more: Fields = {}): string =>
  manifests({ says, object: { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...more, resources: [...resources] } })
