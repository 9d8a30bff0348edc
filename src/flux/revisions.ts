// Which revision an object stands at. Flux writes `main@sha1:<commit>`, `main/<commit>` (before 0.41), `v2.9.2@sha256:<digest>` or a chart version.
import type { KubeObject } from '../ports/kube.ts'

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** status.artifact.revision of a source; undefined when it has no artifact. */
export const artifactRevision = (object: KubeObject): string | undefined => text(object.status?.artifact?.revision)

/** status.lastAppliedRevision of a Kustomization. */
export const appliedRevision = (object: KubeObject): string | undefined => text(object.status?.lastAppliedRevision)

/** The commit in a revision of a GitRepository; undefined when there is none in it. */
export const commitOf = (revision: string | undefined): string | undefined =>
  revision === undefined ? undefined : /(?:^|[@/])(?:sha1:|sha256:)?([0-9a-f]{40}(?:[0-9a-f]{24})?)$/.exec(revision)?.[1]

/** `sha256:<hex>` in a revision of an OCIRepository; undefined when there is none in it. */
export const digestOf = (revision: string | undefined): string | undefined => /@(sha256:[0-9a-f]{64})$/.exec(revision ?? '')?.[1]
