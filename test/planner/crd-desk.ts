// CRDs of real releases on a real API server, many clusters' worth of them side by side: each set in groups of its own (a prefix before the
// group name), with one object of each kind, and without the schemas, which have no part in the rule that is looked at.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sideBySide } from '../../src/actions/side-by-side.ts'
import { type InstalledCrd, installedCrd } from '../../src/flux/installed.ts'
import { COMPONENTS } from '../../src/flux/kinds.ts'
import type { KubeObject } from '../../src/ports/kube.ts'
import { openClient } from '../../src/sandbox/control-plane.ts'
import { crdsOf, parseObjects } from '../../src/sandbox/flux-manifests.ts'
import type { SandboxContext } from '../../src/sandbox/index.ts'
import { type KubeHttp, KubeHttpError } from '../../src/sandbox/kube-http.ts'
import { eventually, manifestsDir } from '../sandbox/scratch.ts'

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const ANY = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }

export interface CrdDesk {
  /** The CRDs of a release under a prefix, and an object of each kind, written at the oldest version it is served at. */
  install(prefix: string, crds: readonly KubeObject[]): Promise<void>
  /** As kubectl would read them, without the prefix. */
  installed(prefix: string): Promise<InstalledCrd[]>
  /** CRDs that the API server refuses for what is stored, sorted. `dryRun`: asked only. What is not there is made. */
  apply(prefix: string, crds: readonly KubeObject[], how: 'apply' | 'dry-run'): Promise<string[]>
  /** Every object of the CRD to `to`, proven in etcd, then status.storedVersions to it. */
  migrate(prefix: string, crd: string, to: string): Promise<void>
  /** Gives a CRD the history of having stored these. */
  remember(prefix: string, crd: string, stored: readonly string[]): Promise<void>
  /** API version of each object in etcd, by CRD. */
  inStore(prefix: string): Promise<Record<string, string[]>>
  /** Asks for the end of all CRDs under a prefix, which is not used again: an API server with a thousand of them is slow. */
  forget(prefix: string): Promise<void>
  close(): void
}

const known = new Map<string, Promise<KubeObject[]>>()

/** CRDs of a release out of its own manifests: the catalogue has no part in it. */
export const releaseCrds = (version: string): Promise<KubeObject[]> => {
  const read = known.get(version) ?? readCrds(version)
  known.set(version, read)
  return read
}

async function readCrds(version: string): Promise<KubeObject[]> {
  const dir = await manifestsDir(version)
  const texts = await Promise.all(COMPONENTS.map((name) => readFile(join(dir, `${name}.yaml`), 'utf8').catch(() => '')))
  return crdsOf(texts.flatMap(parseObjects))
}

interface Version {
  name: string
  served: boolean
  storage: boolean
}

const bareVersions = (crd: KubeObject): unknown[] =>
  (crd.spec.versions as Version[]).map(({ name, served, storage }) => ({ name, served, storage, schema: ANY }))

const prefixed = (prefix: string, crd: KubeObject): KubeObject => {
  const { group, names, scope } = crd.spec
  const own = `${prefix}.${group}`
  return {
    apiVersion: crd.apiVersion,
    kind: crd.kind,
    metadata: { name: `${names.plural}.${own}` },
    spec: { group: own, names, scope, versions: bareVersions(crd) },
  }
}

const nameIn = (prefix: string, crd: string): string => crd.replace('.', `.${prefix}.`)
const nameOf = (prefix: string, live: string): string => live.replace(`.${prefix}.`, '.')

/** Hundreds of CRDs on a busy machine: the API server takes its time. */
const soon = <T>(what: string, probe: () => Promise<T | undefined | false>): Promise<T> => eventually(what, probe, 240_000)

interface Api {
  readonly http: KubeHttp
  readonly etcd: string
}

const read = ({ http }: Api, name: string): Promise<KubeObject | undefined> => http.get(`${CRDS}/${name}`)

async function readAll({ http }: Api, prefix: string): Promise<KubeObject[]> {
  const { items } = await soon('the list of CRDs', () => http.call<{ items: KubeObject[] }>('GET', CRDS))
  return items.filter((item) => String(item.spec?.group).startsWith(`${prefix}.`))
}

/** Versions of the objects of a CRD as etcd has them, by its own JSON gateway. */
async function storedAs({ etcd }: Api, live: string): Promise<string[]> {
  const [plural, ...group] = live.split('.')
  const key = `/registry/${group.join('.')}/${plural}/`
  const range = { key: btoa(key), range_end: btoa(`${key.slice(0, -1)}0`) }
  const answer = await fetch(`${etcd}/v3/kv/range`, { method: 'POST', body: JSON.stringify(range) })
  const { kvs = [] } = (await answer.json()) as { kvs?: { value: string }[] }
  return kvs.map(({ value }) => String(JSON.parse(Buffer.from(value, 'base64').toString()).apiVersion).split('/')[1] ?? '')
}

const setStored = (api: Api, live: string, stored: readonly string[]): Promise<unknown> =>
  soon(`status of ${live}`, async () => {
    const crd = await read(api, live)
    await api.http.call('PUT', `${CRDS}/${live}/status`, { ...crd, status: { ...crd?.status, storedVersions: stored } })
    return true
  })

async function create({ http }: Api, prefix: string, crd: KubeObject): Promise<void> {
  const whole = prefixed(prefix, crd)
  await soon(whole.metadata.name, () => http.call('POST', CRDS, whole).catch(unlessThere))
  const version = (crd.spec.versions as Version[]).find((each) => each.served)?.name
  const path = `/apis/${whole.spec.group}/${version}/namespaces/default/${crd.spec.names.plural}`
  const object = {
    apiVersion: `${whole.spec.group}/${version}`,
    kind: crd.spec.names.kind,
    metadata: { name: 'one' },
    spec: { is: 'kept' },
  }
  // Served a moment after it is established.
  await soon(path, () => http.call('POST', path, object).catch(unlessThere))
}

/** The CRD's name when the API server refuses it for what is stored; undefined when it takes it. */
async function update(api: Api, prefix: string, crd: KubeObject, query: string): Promise<string | undefined> {
  const whole = prefixed(prefix, crd)
  const { name } = whole.metadata
  const taken = await soon(`an answer for ${name}`, async () => {
    const live = await read(api, name)
    const [method, path] = live ? ['PUT', `${CRDS}/${name}${query}`] : ['POST', `${CRDS}${query}`]
    const body = live ? { ...live, spec: { ...live.spec, versions: whole.spec.versions } } : whole
    return api.http.call(method ?? '', path ?? '', body).then(() => 'taken', refusalOf)
  })
  return taken === 'taken' ? undefined : nameOf(prefix, name)
}

/** Somebody else may write the status in between: undefined, to be tried again. */
function refusalOf(error: unknown): 'refused' | undefined {
  if (error instanceof KubeHttpError && error.status === 409) return undefined
  if (error instanceof KubeHttpError && error.status === 422 && error.message.includes('status.storedVersions')) return 'refused'
  throw error
}

async function rewrite(api: Api, live: string, to: string): Promise<void> {
  const [plural, ...group] = live.split('.')
  const path = `/apis/${group.join('.')}/${to}/namespaces/default/${plural}/one`
  await soon(`${live} stored as ${to}`, async () => {
    const object = await api.http.get(path)
    if (object) await api.http.call('PUT', path, object)
    return (await storedAs(api, live)).every((version) => version === to)
  })
}

async function installedUnder(api: Api, prefix: string): Promise<InstalledCrd[]> {
  return (await readAll(api, prefix)).flatMap((object) => {
    const spec = { ...object.spec, group: object.spec.group.slice(prefix.length + 1) }
    const crd = installedCrd({ ...object, metadata: { name: nameOf(prefix, object.metadata.name) }, spec })
    return crd ? [crd] : []
  })
}

export async function crdDesk(ctx: SandboxContext): Promise<CrdDesk> {
  const http = await openClient(ctx, 'admin')
  const api: Api = { http, etcd: `http://127.0.0.1:${ctx.state().ports.etcd}` }
  return {
    install: async (prefix, crds) => void (await sideBySide(crds, 8, (crd) => create(api, prefix, crd))),
    installed: (prefix) => installedUnder(api, prefix),
    apply: async (prefix, crds, how) => {
      const query = how === 'dry-run' ? '?dryRun=All' : ''
      const answers = await sideBySide(crds, 8, (crd) => update(api, prefix, crd, query))
      return answers.filter((name) => name !== undefined).sort()
    },
    migrate: async (prefix, crd, to) => {
      await rewrite(api, nameIn(prefix, crd), to)
      await setStored(api, nameIn(prefix, crd), [to])
    },
    remember: async (prefix, crd, stored) => void (await setStored(api, nameIn(prefix, crd), stored)),
    inStore: async (prefix) => {
      const crds = await readAll(api, prefix)
      const found = await sideBySide(crds, 8, async ({ metadata: { name } }) => [nameOf(prefix, name), await storedAs(api, name)] as const)
      return Object.fromEntries(found)
    },
    forget: async (prefix) => {
      const crds = await readAll(api, prefix)
      await sideBySide(crds, 8, ({ metadata: { name } }) =>
        soon(`the end of ${name}`, () => http.call('DELETE', `${CRDS}/${name}`).catch(unlessGone)),
      )
    },
    close: () => http.close(),
  }
}

/** An answer that came too late was one all the same. Anything else is tried again. */
const unlessThere = (error: unknown): string => {
  if (error instanceof KubeHttpError && error.status === 409) return 'there'
  throw error
}

const unlessGone = (error: unknown): string => {
  if (error instanceof KubeHttpError && error.status === 404) return 'gone'
  throw error
}
