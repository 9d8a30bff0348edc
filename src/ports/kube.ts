// The cluster as the runbooks see it. Objects are untrusted: whatever is read here is sanitised before it is drawn.

/** What a list or a patch is addressed to. `plural` is the resource name in the URL. */
export interface Resource {
  readonly group: string // '' is the core group
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
}

export interface ObjectName {
  readonly name: string
  readonly namespace?: string | undefined
}

export interface ManagedField {
  manager?: string
  operation?: string
  apiVersion?: string
  time?: string
  subresource?: string
  [key: string]: unknown
}

export interface ObjectMeta {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  finalizers?: string[]
  managedFields?: ManagedField[]
  ownerReferences?: { kind: string; name: string; uid: string; controller?: boolean }[]
}

export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  // biome-ignore lint/suspicious/noExplicitAny: a Kubernetes object is open by nature; readers narrow what they use
  [field: string]: any
}

export interface ServerIdentity {
  /** Name of the kubeconfig context in use. */
  context: string
  server: string
  /** `gitVersion` of /version, for example v1.34.4. */
  version: string
}

export interface ClusterIdentity extends ServerIdentity {
  /** UID of the kube-system namespace: what makes a cluster this cluster. */
  uid: string
  /** User name the API server knows us by (SelfSubjectReview), where it tells. */
  user?: string | undefined
}

export interface AccessRequest {
  verb: string
  group: string
  resource: string
  subresource?: string | undefined
  namespace?: string | undefined
  name?: string | undefined
}

export interface ListOptions {
  namespace?: string | undefined
  labelSelector?: string | undefined
  fieldSelector?: string | undefined
  /** Only `metadata` of each object is sent: for kinds that may be large or secret. */
  metadataOnly?: boolean | undefined
  /** Stops after the page that reaches this many; more may be there. */
  atMost?: number | undefined
  /** Objects in one answer, at most; 500 where it is left out. */
  page?: number | undefined
  /** Takes away, in place, what nobody will ask an object for, as soon as the object is there: what a large list weighs is never held whole. */
  trim?: ((object: KubeObject) => void) | undefined
  /** A kind that is not served is an error (`kube-not-served`) instead of an empty list. */
  mustBeServed?: boolean | undefined
}

export interface LogOptions {
  container?: string
  lines?: number
  bytes?: number
  previous?: boolean
}

export interface Page {
  readonly items: readonly KubeObject[]
  /** How many come behind this page, where the server says it. */
  readonly remaining?: number | undefined
}

/** Every method throws OpsError: `kube-unreachable`, `kube-unauthorized`, `kube-forbidden`, `kube-conflict`, `kube-invalid`, `kube-busy` or `kube-error`. */
export interface KubeReader {
  identity(): Promise<ClusterIdentity>
  /** What answers there: one request, which nearly everybody may make; who may not is told version `unknown`. Not enough to tell one cluster from another. */
  server(): Promise<ServerIdentity>
  /** undefined when the object, or its kind, does not exist. */
  get(resource: Resource, name: ObjectName, options?: Pick<ListOptions, 'metadataOnly'>): Promise<KubeObject | undefined>
  /** Pages of 500. An empty list when the kind is not served (404), unless it must be; never for any other failure. */
  list(resource: Resource, options?: ListOptions): Promise<KubeObject[]>
  /**
   * The same page by page, never more than one of them held. What exists from beginning to end is seen; of what comes or goes meanwhile nothing
   * is promised, and in a list that outlives its snapshot an object may be seen twice.
   */
  pages(resource: Resource, options?: Omit<ListOptions, 'atMost'>): AsyncIterable<Page>
  /** Kinds of these API groups that are served now, each in the version that the server prefers. */
  kinds(groups: readonly string[]): Promise<Resource[]>
  /** Whether this kind is served at this version now. */
  serves(resource: Resource): Promise<boolean>
  canI(request: AccessRequest): Promise<{ allowed: boolean; reason?: string | undefined }>
  /** The last `lines` log lines of a pod's container, of those no more than the first `bytes`; '' when there are none. `previous`: of the container before it. */
  logs(pod: ObjectName, options?: LogOptions): Promise<string>
}

export type PatchType = 'merge' | 'json' | 'strategic' | 'apply'

export interface PatchOptions {
  subresource?: string | undefined
  fieldManager?: string | undefined
  force?: boolean | undefined
  /** Server-side dry run: validated and admitted, not stored. */
  dryRun?: boolean | undefined
  /** The answer holds metadata alone. */
  metadataOnly?: boolean | undefined
  /** Told each time the server turns the request away for now (HTTP 429), with the milliseconds until it is sent again. */
  onBusy?: ((waitMs: number) => void) | undefined
}

export interface Kube extends KubeReader {
  create(resource: Resource, object: KubeObject): Promise<KubeObject>
  /** Full update; throws `kube-conflict` when metadata.resourceVersion is stale. */
  replace(resource: Resource, object: KubeObject, options?: { subresource?: string }): Promise<KubeObject>
  patch(resource: Resource, name: ObjectName, type: PatchType, body: unknown, options?: PatchOptions): Promise<KubeObject>
  delete(resource: Resource, name: ObjectName): Promise<void>
}
