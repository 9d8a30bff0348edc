// The little of the OCI distribution API that a push needs. Plain HTTP on loopback, no authentication.
import { createHash } from 'node:crypto'
import { OpsError } from '../../../errors.ts'

export interface Blob {
  readonly mediaType: string
  readonly bytes: Uint8Array
}

export interface Descriptor {
  readonly mediaType: string
  /** `sha256:<hex>` */
  readonly digest: string
  /** Bytes. */
  readonly size: number
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const TIMEOUT_MS = 30_000

async function request(url: string | URL, init: RequestInit, expected: readonly number[]): Promise<Response> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (expected.includes(response.status)) return response
  throw new OpsError({
    code: 'sandbox-registry',
    message: `the sandbox registry answered ${response.status} to ${init.method ?? 'GET'} ${new URL(url).pathname}: ${(await response.text()).slice(0, 300)}`,
    hints: ['read registry.log in the logs folder of the sandbox'],
  })
}

export const describe = ({ mediaType, bytes }: Blob): Descriptor => ({
  mediaType,
  digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
  size: bytes.length,
})

async function pushBlob(base: string, blob: Blob): Promise<Descriptor> {
  const descriptor = describe(blob)
  const found = await request(`${base}/blobs/${descriptor.digest}`, { method: 'HEAD' }, [200, 404])
  if (found.status === 200) return descriptor
  const upload = await request(`${base}/blobs/uploads/`, { method: 'POST' }, [202])
  const target = new URL(upload.headers.get('location') ?? '', base)
  target.searchParams.set('digest', descriptor.digest)
  const headers = { 'Content-Type': 'application/octet-stream' }
  await request(target, { method: 'PUT', headers, body: Buffer.from(blob.bytes) }, [201])
  return descriptor
}

/** True when `repository:tag` is in the registry at `host` (`127.0.0.1:<port>`). */
export async function hasTag(host: string, repository: string, tag: string): Promise<boolean> {
  const url = `http://${host}/v2/${repository}/manifests/${tag}`
  return (await request(url, { method: 'HEAD', headers: { Accept: MANIFEST } }, [200, 404])).status === 200
}

/** Pushes an artifact of one config and one layer under `repository:tag`; returns the manifest's digest. */
export async function pushArtifact(
  host: string,
  repository: string,
  tag: string,
  parts: { config: Blob; layer: Blob; annotations?: Readonly<Record<string, string>> },
): Promise<string> {
  const base = `http://${host}/v2/${repository}`
  const config = await pushBlob(base, parts.config)
  const layers = [await pushBlob(base, parts.layer)]
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers, annotations: parts.annotations ?? {} })
  await request(`${base}/manifests/${tag}`, { method: 'PUT', headers: { 'Content-Type': MANIFEST }, body: manifest }, [201])
  return describe({ mediaType: MANIFEST, bytes: Buffer.from(manifest) }).digest
}
