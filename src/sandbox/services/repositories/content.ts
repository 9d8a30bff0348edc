// What a seeded repository is made of, before anything is encrypted or written.

/** Path in the repository -> text. */
export type FileTexts = Readonly<Record<string, string>>

export interface RepositoryFacts {
  /** Flux release without `v`. */
  readonly fluxVersion: string
  /** Clone URL, without credentials. */
  readonly gitUrl: string
  /** `127.0.0.1:<port>` */
  readonly registryHost: string
}

export interface RepositoryContent {
  readonly plain: FileTexts
  /** Secret manifests in clear: each is encrypted for the sandbox's age recipient before it is written. */
  readonly sealed: FileTexts
}

export interface SecretInput {
  readonly name: string
  readonly namespace?: string
  readonly data: Readonly<Record<string, string>>
}

/** A Secret manifest in clear. JSON strings are YAML strings. */
export function secretManifest({ name, namespace = 'flux-system', data }: SecretInput): string {
  const entries = Object.entries(data).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`)
  return [
    'apiVersion: v1',
    'kind: Secret',
    'metadata:',
    `  name: ${name}`,
    `  namespace: ${namespace}`,
    'stringData:',
    ...entries,
    '',
  ].join('\n')
}
