// A cluster that is a snapshot, a folder, and the commands that make a bundle of the one in the other.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { takeSnapshot } from '../../../../src/actions/take-snapshot.ts'
import { packArchive, unpackArchive } from '../../../../src/adapters/archive.ts'
import type { World } from '../../../../src/adapters/context.ts'
import { bundleFiles } from '../../../../src/cli/recover/bundle-files.ts'
import { type BundleSource, diagnoseBundle } from '../../../../src/cli/recover/open-bundle.ts'
import { type Taken, takeBundle } from '../../../../src/cli/recover/take-bundle.ts'
import type { Diagnosis } from '../../../../src/diagnosis/diagnose.ts'
import type { Snapshot } from '../../../../src/diagnosis/snapshot.ts'
import { FLUX_KINDS, resourceOf } from '../../../../src/flux/kinds.ts'
import type { KubeObject, KubeReader, Resource } from '../../../../src/ports/kube.ts'
import { AT } from '../../diagnosis/objects.ts'

const KINDS = FLUX_KINDS.map((kind) => resourceOf(kind, kind.kind === 'HelmRelease' ? 'v2' : 'v1'))

export type Logs = KubeReader['logs']

/** Serves what is in a snapshot. */
export function cluster(seen: Snapshot, logs: Logs = async () => ''): Pick<World, 'kube' | 'clock'> {
  const others: Readonly<Record<string, readonly KubeObject[]>> = {
    Deployment: seen.deployments,
    Pod: seen.pods,
    Event: seen.events,
    Namespace: seen.namespaces,
  }
  const { context, server, version } = seen.cluster
  const of = ({ kind }: Resource): KubeObject[] => [...(others[kind] ?? seen.objects.filter((object) => object.kind === kind))]
  const reader: Pick<KubeReader, 'server' | 'kinds' | 'list' | 'pages' | 'logs'> = {
    server: async () => ({ context, server, version }),
    kinds: async () => KINDS,
    list: async (resource) => of(resource),
    pages: async function* (resource) {
      yield { items: of(resource) }
    },
    logs,
  }
  return { kube: reader as World['kube'], clock: { now: () => new Date(AT), sleep: async () => undefined } }
}

const order = {
  namespace: 'flux-system',
  lines: 200,
  clean: (text: string) => text,
  signal: new AbortController().signal,
  progress: () => undefined,
  version: '0.0.0',
  platform: 'test',
}

export const take = (seen: Snapshot, logs?: Logs): Promise<Taken> => takeBundle(cluster(seen, logs), order)

export const live = (seen: Snapshot): Promise<Snapshot> => takeSnapshot(cluster(seen), 'flux-system')

/** Its files as text, by name. */
export async function filesOf({ content }: Taken): Promise<Record<string, string>> {
  const files = await unpackArchive(await packArchive(bundleFiles(content), new Date(AT)), 'it')
  return Object.fromEntries([...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]))
}

export class BundleFolder {
  readonly #dir: string

  private constructor(dir: string) {
    this.#dir = dir
  }

  static async open(): Promise<BundleFolder> {
    return new BundleFolder(await mkdtemp(join(tmpdir(), 'flux-ops-bundle-')))
  }

  path(name = 'bundle.tar.gz'): string {
    return join(this.#dir, name)
  }

  async write(bytes: Uint8Array | string, name?: string): Promise<void> {
    await writeFile(this.path(name), bytes)
  }

  read(name?: string): Promise<Buffer> {
    return readFile(this.path(name))
  }

  async packed(taken: Taken): Promise<void> {
    await this.write(await packArchive(bundleFiles(taken.content), new Date(AT)))
  }

  diagnosis(source: Partial<BundleSource> = {}): Promise<Diagnosis> {
    const invocation = { signal: order.signal, env: {}, version: '0.0.0' }
    return diagnoseBundle(invocation, { from: this.path(), identities: [], json: true, ...source })
  }

  remove(): Promise<void> {
    return rm(this.#dir, { recursive: true, force: true })
  }
}
