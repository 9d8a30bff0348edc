// A state that is provoked for real: objects in a namespace of their own, and what a diagnosis has to say of them.
export interface Place {
  readonly namespace: string
  /** Of the sandbox's repository, with its branch. */
  readonly url: string
  /** Secret with the credential of the git server, in this namespace. */
  readonly credential: string
  /** Secret with a key of age that opens nothing, in this namespace. */
  readonly otherKey: string
  /** Folder of this scenario in the repository. */
  readonly path: string
  /** `127.0.0.1:5000`: an OCI registry, by plain HTTP. */
  readonly registry: string
  /** In that registry, and there. */
  readonly artifact: { readonly url: string; readonly tag: string }
  /** Of a Helm repository that has the chart web 0.1.0, and no other. */
  readonly charts: string
  /** `http://127.0.0.1:40000`: servers.ts says what it answers. */
  readonly server: string
  /** `https://127.0.0.1:6443`: what speaks TLS, by an authority that nobody knows. */
  readonly api: string
  readonly ssh: OverSsh & {
    /** A key of somebody else: as a client, and as a line of known_hosts. */
    readonly stranger: { readonly identity: string; readonly line: string }
    /** A key with a passphrase. */
    readonly locked: string
  }
  /** A server of its own, whose host key changes with `rekey`. */
  readonly moving: OverSsh
}

/** The sandbox's repository behind a real sshd. */
export interface OverSsh {
  readonly url: string
  /** A key that is let in. */
  readonly identity: string
  /** As known_hosts has it now. */
  readonly knownHosts: string
}

/** What changes. */
export interface Change {
  /** Pushed into the folder of the scenario. */
  readonly files?: Readonly<Record<string, string>>
  /** Taken out of it. */
  readonly removes?: readonly string[]
  /** `namespace/gone`, in the namespace of the scenario where it has one. */
  readonly deletes?: readonly string[]
  readonly objects?: readonly object[]
  /** The server `moving` goes on under another host key. */
  readonly rekey?: boolean
  /** `gitrepository/s-one/src`: taken out of the storage of source-controller, which is not told. */
  readonly loses?: readonly string[]
}

/** What is done once an object has failed, or is ready, for the first time. */
export interface Later extends Change {
  /** `kustomization/app` */
  readonly once: string
  readonly is: 'failed' | 'ready'
}

export interface Provoked {
  readonly id: string
  readonly title: string
  /** Releases of Flux whose controllers come into this state; all where it is left out. */
  readonly on?: readonly string[]
  /** Committed into the folder of the scenario. */
  readonly files?: Readonly<Record<string, string>>
  /** As files, sealed by sops to a key that nobody has kept. */
  readonly sealed?: Readonly<Record<string, string>>
  /** Applied before the objects, and there when they come. */
  before?(place: Place): readonly object[]
  objects(place: Place): readonly object[]
  later?(place: Place): Later
  /** What a person puts right; a fix that is safe does the rest. Left out: nothing can be put right without harm or loss. Empty: nothing has to be. */
  mended?(place: Place): Change
}

export interface Scenario extends Provoked {
  expects(place: Place): Expected
}

/** One that is no cause of anything. */
export interface QuietScenario extends Provoked {
  /** What is told as suspended. */
  suspended(place: Place): string
}

export interface Expected {
  /** `Kind namespace/name` of the cause. */
  readonly object: string
  readonly state: string
  /** What waits for it; empty where nothing does. */
  readonly blocks: readonly string[]
  /** What has to stand in the evidence. */
  readonly says: RegExp
}

export const isOn =
  (flux: string) =>
  ({ on }: Provoked): boolean =>
    on === undefined || on.includes(flux)

const FAST = { interval: '1m', timeout: '10s' }

export const source = ({ namespace, url, credential }: Place, name = 'src', spec: object = {}): object => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { name, namespace },
  spec: { ...FAST, url, ref: { branch: 'main' }, secretRef: { name: credential }, ...spec },
})

export const kustomization = ({ namespace, path }: Place, name: string, spec: object = {}): object => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace },
  spec: {
    ...FAST,
    retryInterval: '5s',
    prune: true,
    path,
    targetNamespace: namespace,
    sourceRef: { kind: 'GitRepository', name: 'src' },
    ...spec,
  },
})

export const helmRelease = ({ namespace }: Place, name: string, spec: object = {}): object => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name, namespace },
  spec: { ...FAST, ...spec },
})

export const configMap = (name: string, more: object = {}): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' }, ...more })
