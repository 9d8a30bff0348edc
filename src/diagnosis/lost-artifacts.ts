// A source that says that its artifact is stored, and whoever asks for it is told that it is not there: the storage of source-controller was emptied, and it has
// not looked since. kustomize-controller 1.7.2 and 1.9.3: ArtifactFailed `Source is not ready, artifact not found, retrying in …`; helm-controller 1.4.3 and
// 1.6.2: ArtifactFailed `Source not ready: artifact not found. Retrying in …`; a HelmChart: NoSourceArtifact `no artifact available for GitRepository source '…'`.
import { partOf, textOf } from './well-formed.ts'
import { conditionsOf, type Sighting } from './world.ts'

const TOLD =
  /^Source is not ready, artifact not found, retrying in|^Source not ready: artifact not found\. Retrying in|^no artifact available for/

/** When the artifact that is promised was stored; undefined where none is promised. */
function storedAt({ object, verdict }: Sighting): number | undefined {
  if (verdict.state !== 'ready') return undefined
  const stored = Date.parse(textOf(partOf(object.status?.artifact).lastUpdateTime))
  return Number.isNaN(stored) ? undefined : stored
}

/** Whether `asking` was told so after `source` had stored it: one that was made anew since is asked for again by itself. */
export function isLost(asking: Sighting, source: Sighting): boolean {
  const stored = storedAt(source)
  if (stored === undefined) return false
  return conditionsOf(asking.object).some(
    ({ type, status, message, at }) =>
      ((type === 'Ready' && status === 'False') || (type === 'FetchFailed' && status === 'True')) &&
      TOLD.test(message) &&
      Date.parse(at ?? '') > stored,
  )
}
