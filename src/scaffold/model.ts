// What the scaffold is given, and what it gives back. Nothing here reads or writes: the runbook that asks has the files and writes them.

/** A repository as it is. */
export interface Repository {
  /** Of all files, relative to the root with `/`. */
  readonly paths: readonly string[]
  /** Undefined where it is no text or was not read. Asked of YAML files and of `Kustomization`. */
  text(path: string): string | undefined
}

export interface Known {
  /** Public half of the key that Flux of this cluster decrypts with; without it nothing is sealed and nothing decrypts. */
  readonly recipient?: string | undefined
  /** Whether the cluster serves PodMonitor of the Prometheus Operator: without it a PodMonitor is laid out and not applied. */
  readonly podMonitors?: boolean | undefined
}

export interface ScaffoldFile {
  /** Relative to the root with `/`. */
  readonly path: string
  readonly text: string
  /** One sentence. */
  readonly why: string
  /** `text` is clear: it is sealed to the recipient (`encrypted_regex: ^(data|stringData)$`) before it is written anywhere. */
  readonly seal?: true
}

export interface Scaffold {
  /** Only what is not there; sorted by path. */
  readonly files: readonly ScaffoldFile[]
  /** What stays as it is and lacks something, a sentence each, with the text to add where there is one. Parts of it are the repository's: untrusted. */
  readonly advice: readonly string[]
}

export const repositoryOf = (texts: ReadonlyMap<string, string>): Repository => ({
  paths: [...texts.keys()],
  text: (path) => texts.get(path),
})
