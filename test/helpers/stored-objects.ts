// Objects as an API server keeps them: made in an old storage version, and looked up where it does not convert them.
import * as z from 'zod'
import { systemClock } from '../../src/adapters/clock.ts'
import { type Connection, connect } from '../../src/adapters/kube-connect.ts'
import type { Kube, KubeObject, Resource } from '../../src/ports/kube.ts'
import { environment, readState } from '../../src/sandbox/index.ts'

export const GROUP = 'source.toolkit.fluxcd.io'

export const ociRepositories = (version: string): Resource => ({
  group: GROUP,
  version,
  plural: 'ocirepositories',
  kind: 'OCIRepository',
  namespaced: true,
})

const NAMESPACE: Resource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false }
const SIDE_BY_SIDE = 16

export const connectTo = (dir: string, signal?: AbortSignal): Promise<Connection> =>
  connect({ env: environment({ dir }), clock: systemClock, userAgent: 'flux-ops/test', signal })

const ociRepository = (namespace: string, name: string, version: string): KubeObject => ({
  apiVersion: `${GROUP}/${version}`,
  kind: 'OCIRepository',
  metadata: { name, namespace, labels: { team: namespace, tier: 'apps' } },
  spec: {
    interval: '1h0m0s',
    url: `oci://registry.invalid/${namespace}/${name}`,
    ref: { tag: '1.2.3' },
    provider: 'generic',
    timeout: '60s',
    layerSelector: { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', operation: 'copy' },
  },
})

/** `count` OCIRepositories over `namespaces` namespaces, each created as `version`. */
export async function createObjects(kube: Kube, version: string, count: number, namespaces: number, prefix = 'app'): Promise<void> {
  const width = String(count).length
  for (let index = 0; index < namespaces; index++) {
    const name = `${prefix}-team-${index}`
    if ((await kube.get(NAMESPACE, { name })) === undefined)
      await kube.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  }
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next++
      const namespace = `${prefix}-team-${index % namespaces}`
      const name = `${prefix}-${String(index).padStart(width, '0')}`
      await kube.create(ociRepositories(version), ociRepository(namespace, name, version))
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker))
}

const rangeSchema = z.object({ kvs: z.array(z.object({ key: z.string(), value: z.string() })).default([]) })
const storedSchema = z.looseObject({ apiVersion: z.string() })

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const text = (encoded: string): string => Buffer.from(encoded, 'base64').toString()

/** `namespace/name` -> the API version that etcd holds it in, for the objects of one CRD; asked of etcd over its JSON gateway. */
export async function storedVersionsOf(dir: string, plural = 'ocirepositories', group = GROUP): Promise<Map<string, string>> {
  const port = (await readState(dir))?.ports.etcd
  const prefix = `/registry/${group}/${plural}/`
  // The end of a range of one prefix: its last character, '/', counted up.
  const body = JSON.stringify({ key: base64(prefix), range_end: base64(`${prefix.slice(0, -1)}0`) })
  const answer = await fetch(`http://127.0.0.1:${port}/v3/kv/range`, { method: 'POST', body })
  const { kvs } = rangeSchema.parse(await answer.json())
  return new Map(kvs.map(({ key, value }) => [text(key).slice(prefix.length), storedSchema.parse(JSON.parse(text(value))).apiVersion]))
}

/** How often the API server was asked to PATCH objects of this resource since it started. */
export function patchesSeen(metrics: string, plural = 'ocirepositories'): number {
  return metrics
    .split('\n')
    .filter((line) => line.startsWith('apiserver_request_total{') && line.includes(`resource="${plural}"`) && line.includes('verb="PATCH"'))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
