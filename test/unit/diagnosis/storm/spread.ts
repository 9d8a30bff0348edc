// What everything says that stands behind something broken.
import { edgesOf } from '../../../../src/diagnosis/edges.ts'
import { objectLabel } from '../../../../src/flux/kinds.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { not } from '../objects.ts'

export const isReady = ({ metadata, status }: KubeObject): boolean =>
  status?.conditions?.[0]?.status === 'True' && metadata.generation === 1

const CHECKOUT = 'failed to checkout and determine revision: '

/** It clones by itself, with what its source has for it: only what stops that stops it too. */
function cloning(of: KubeObject, source: KubeObject): KubeObject {
  const message: string = source.status?.conditions?.[0]?.message ?? ''
  return message.startsWith(CHECKOUT) ? not(of, 'GitOperationFailed', message.replace(CHECKOUT, 'failed to checkout source: ')) : of
}

const asks = (of: KubeObject, source: KubeObject): KubeObject => {
  const { kind, metadata } = source
  if (of.kind === 'HelmChart') return not(of, 'NoSourceArtifact', `no artifact available for ${kind} source '${metadata.name}'`)
  if (of.kind === 'ImagePolicy') return not(of, 'DependencyNotReady', 'referenced ImageRepository has not been scanned yet')
  if (of.kind === 'ImageUpdateAutomation') return cloning(of, source)
  const how = isReady(source) ? 'Source is not ready, artifact not found' : 'Source artifact not found'
  return not(of, 'ArtifactFailed', `${how}, retrying in 30s`)
}

const idOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`

const SAYS: Readonly<Record<string, (of: KubeObject, on: KubeObject) => KubeObject>> = {
  dependsOn: (of, on) => not(of, 'DependencyNotReady', `dependency '${idOf(on)}' is not ready`),
  source: asks,
  chart: (of, on) =>
    isReady(on)
      ? not(of, 'ArtifactFailed', 'Source not ready: artifact not found. Retrying in 30s')
      : not(of, 'SourceNotReady', `HelmChart '${idOf(on)}' is not ready: does not have an artifact`),
}

/** In the order in which they were made nothing needs what comes behind it. `lost`: ready, and without what they have fetched. */
export function spread(objects: readonly KubeObject[], lost: ReadonlySet<string>): KubeObject[] {
  const now = new Map<string, KubeObject>()
  const isShut = (to: string): boolean => now.has(to) && (lost.has(to) || !isReady(now.get(to) as KubeObject))
  return objects.map((one) => {
    // The source is asked first, as the controllers do.
    const edges = [...edgesOf(one)].sort((a, b) => Number(a.via === 'dependsOn') - Number(b.via === 'dependsOn'))
    const shut = isReady(one) ? edges.find(({ to }) => isShut(to)) : undefined
    const said = shut === undefined ? one : (SAYS[shut.via]?.(one, now.get(shut.to) as KubeObject) ?? one)
    now.set(objectLabel(one), said)
    return said
  })
}
