// In-memory ports for the actions; each test hands in what it needs and reads back what was written.
import { createHash } from 'node:crypto'
import { OpsError } from '../../../src/errors.ts'
import type { ChartReader } from '../../../src/ports/charts.ts'
import type { Context } from '../../../src/ports/context.ts'
import type { Command, Exec, ExecResult } from '../../../src/ports/exec.ts'
import type { Forge } from '../../../src/ports/forge.ts'
import type { Git } from '../../../src/ports/git.ts'
import type { Kube, KubeObject, ObjectName, Page, PatchOptions, PatchType, Resource } from '../../../src/ports/kube.ts'

export interface Patched {
  readonly resource: Resource
  readonly name: ObjectName
  readonly type: PatchType
  readonly body: unknown
  readonly options: PatchOptions | undefined
}

const keyOf = (plural: string, name: ObjectName): string => `${plural} ${name.namespace ?? ''}/${name.name}`

export class FakeKube implements Pick<Kube, 'list' | 'pages' | 'get' | 'patch' | 'replace' | 'delete' | 'logs' | 'identity' | 'canI'> {
  readonly objects = new Map<string, KubeObject>()
  readonly patches: Patched[] = []
  readonly replaced: KubeObject[] = []
  log = ''
  /** Called before each patch; may throw or change the world. */
  onPatch: (patched: Patched) => void = () => undefined
  onReplace: (object: KubeObject) => void = () => undefined

  put(plural: string, object: KubeObject): KubeObject {
    this.objects.set(keyOf(plural, object.metadata), object)
    return object
  }

  async list(resource: Resource, options: { namespace?: string | undefined } = {}): Promise<KubeObject[]> {
    const prefix = `${resource.plural} `
    const found = [...this.objects].filter(([key]) => key.startsWith(prefix)).map(([, object]) => structuredClone(object))
    return found.filter((object) => options.namespace === undefined || object.metadata.namespace === options.namespace)
  }

  pageSize = 500

  /** Of `namespace/name`: as the API server has it. */
  order = (one: string, other: string): number => (one < other ? -1 : 1)

  async *pages(resource: Resource, options: { namespace?: string | undefined } = {}): AsyncGenerator<Page> {
    const idOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`
    const all = (await this.list(resource, options)).sort((a, b) => this.order(idOf(a), idOf(b)))
    for (let at = 0; at === 0 || at < all.length; at += this.pageSize)
      yield { items: all.slice(at, at + this.pageSize), remaining: Math.max(0, all.length - at - this.pageSize) }
  }

  async get(resource: Resource, name: ObjectName): Promise<KubeObject | undefined> {
    return structuredClone(this.objects.get(keyOf(resource.plural, name)))
  }

  async patch(resource: Resource, name: ObjectName, type: PatchType, body: unknown, options?: PatchOptions): Promise<KubeObject> {
    const patched = { resource, name, type, body, options }
    this.onPatch(patched)
    this.patches.push(patched)
    return this.objects.get(keyOf(resource.plural, name)) ?? { apiVersion: '', kind: '', metadata: { name: name.name } }
  }

  async replace(_resource: Resource, object: KubeObject): Promise<KubeObject> {
    this.onReplace(object)
    this.replaced.push(object)
    return this.put('customresourcedefinitions', object)
  }

  async delete(resource: Resource, name: ObjectName): Promise<void> {
    this.objects.delete(keyOf(resource.plural, name))
  }

  async logs(): Promise<string> {
    return this.log
  }

  async identity() {
    return { context: 'test', server: 'https://test', uid: 'uid-1', version: 'v1.34.4' }
  }

  /** Plurals of kinds that are not served. */
  readonly unserved = new Set<string>()

  async serves(resource: Resource): Promise<boolean> {
    return !this.unserved.has(resource.plural)
  }

  async canI() {
    return { allowed: true }
  }
}

/** Time passes only by sleeping. */
export class FakeClock {
  at = Date.parse('2026-11-21T03:12:00Z')

  now(): Date {
    return new Date(this.at)
  }

  async sleep(ms: number): Promise<void> {
    this.at += ms
  }
}

export interface FakeParts {
  readonly kube?: FakeKube
  readonly git?: Partial<Git>
  readonly exec?: (command: Command) => Partial<ExecResult>
  readonly forge?: Partial<Forge>
  readonly charts?: ChartReader
  readonly clock?: FakeClock
  readonly files?: Map<string, string>
}

const execOf = (answer: (command: Command) => Partial<ExecResult>): Exec => ({
  run: async (command: Command) => ({ exitCode: 0, stdout: '', stderr: '', ...answer(command) }),
  show: (command) => [command.tool, ...command.args].join(' '),
})

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const noForge = (forge: Partial<Forge> = {}): Forge => forge as Forge

export function fakeContext(parts: FakeParts = {}): Context & { readonly seen: string[] } {
  const files = parts.files ?? new Map<string, string>()
  const seen: string[] = []
  const read = async (path: string): Promise<string> => {
    const text = files.get(path)
    if (text === undefined) throw new OpsError({ code: 'file-missing', message: `no ${path}` })
    return text
  }
  return {
    seen,
    target: { context: 'test', namespace: 'flux-system' },
    kube: (parts.kube ?? new FakeKube()) as unknown as Kube,
    exec: execOf(parts.exec ?? (() => ({}))),
    env: { secret: () => undefined },
    git: { rebasing: async () => undefined, status: async () => ({ entries: [] }), ...parts.git } as Git,
    files: {
      exists: async (path) => files.has(path) || [...files.keys()].some((each) => each.startsWith(`${path}/`)),
      readText: read,
      readBytes: async (path) => Buffer.from(await read(path)),
      walk: async (root) =>
        [...files.keys()]
          .filter((path) => path.startsWith(`${root}/`))
          .map((path) => path.slice(root.length + 1))
          .sort(),
      inside: async (_root, path) => path,
      sha256: async (path) => `sum of ${await read(path)}`,
      writeText: async (path, text) => void files.set(path, text),
      createText: async (path, text) => void files.set(path, text),
      createBytes: async (path, bytes) => void files.set(path, Buffer.from(bytes).toString('latin1')),
      replaceText: async (path, text) => void files.set(path, text),
      swapText: async (path, was, text) => {
        const now = await read(path)
        if (now === text) return 'there'
        if (sha256(now) !== was) throw new OpsError({ code: 'file-changed', message: `${path} was changed`, hints: ['look'] })
        files.set(path, text)
        return 'swapped'
      },
      makeDir: async () => undefined,
      remove: async (path) => void files.delete(path),
    },
    forge: noForge(parts.forge),
    charts: parts.charts ?? { versions: async () => [], appVersion: async () => undefined },
    clock: parts.clock ?? new FakeClock(),
    runs: { list: async () => [], read: async () => Promise.reject(new OpsError({ code: 'run-missing', message: 'none' })) },
    runDir: '/runs/one',
    operator: 'tester@here',
    signal: new AbortController().signal,
    progress: ({ waitingFor, lastSeen }) => void seen.push(`${waitingFor}: ${lastSeen ?? ''}`),
  }
}

export const conflict = (): OpsError => new OpsError({ code: 'kube-conflict', message: 'changed meanwhile' })

/** A Flux CRD as the API server lists it. */
export const crdObject = (
  plural: string,
  group: string,
  kind: string,
  options: { versions: string[]; storage: string; stored: string[] },
): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}`, resourceVersion: '1' },
  spec: {
    group,
    names: { kind, plural },
    versions: options.versions.map((name) => ({ name, served: true, storage: name === options.storage })),
  },
  status: { storedVersions: options.stored },
})
