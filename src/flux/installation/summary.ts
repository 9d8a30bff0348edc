// What lies beside a sealed backup of an installation, for a person and for scripts: no secret, and no proof of itself.
import type { Content, Header, Part } from './content.ts'
import { PARTS } from './content.ts'

export interface Summary extends Header {
  readonly format: 'flux-ops-installation-manifest/1'
  /** How many objects each part has. */
  readonly objects: Readonly<Record<Part, number>>
  /** `namespace/name`, of Secrets. */
  readonly secrets: readonly string[]
  /** Of Flux, in the whole cluster. */
  readonly expected: number
}

/** Pure. */
export function summaryOf({ header, parts, expected }: Content): Summary {
  const secrets = [...parts.secrets, ...parts.applied].flatMap(({ object: { kind, metadata } }) =>
    kind === 'Secret' ? [`${metadata.namespace ?? ''}/${metadata.name}`] : [],
  )
  return {
    format: 'flux-ops-installation-manifest/1',
    ...header,
    objects: Object.fromEntries(PARTS.map((part) => [part, parts[part].length])) as Record<Part, number>,
    secrets: secrets.sort(),
    expected: expected.length,
  }
}
