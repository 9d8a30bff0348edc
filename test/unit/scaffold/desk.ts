// Cluster files, repositories as maps, and what a generated tree says when it is read as Flux reads it.
import { parseAllDocuments } from 'yaml'
import { readClusterFile } from '../../../src/cluster-file/read.ts'
import type { ClusterFile } from '../../../src/cluster-file/schema.ts'
import { KustomizeTree } from '../../../src/flux/kustomize-tree.ts'
import { cleanFolder } from '../../../src/flux/synced-paths.ts'
import { type Known, repositoryOf, type Scaffold } from '../../../src/scaffold/model.ts'
import { scaffold } from '../../../src/scaffold/scaffold.ts'

export const RECIPIENT = 'age1y4ch2ffz3j7lltmlzh0r3h69ht7kznk6r8le2c4sse793l8vkpjsz55a6c'
export const OTHER = 'age1cy0su9fwf3gf9mw868g5yut09p6nytfmmnktexz2ya5uqg9vl9sss4euqm'
export const SEALED = { recipient: RECIPIENT }

export type Layout = Partial<ClusterFile['layout']>

export interface Asked {
  readonly name?: string
  readonly path?: string
  readonly style?: ClusterFile['flux']['style']
  readonly layout?: Layout
  readonly flux?: object
  readonly git?: object
  readonly sops?: object
}

const REPOSITORY = {
  url: 'https://git.example.com/acme/fleet.git',
  auth: { token: { env: 'GIT_TOKEN' } },
}

const FORGE_KEY = { auth: { ssh: { generate: 'ed25519', hostKeys: ['SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU'] } } }

const FORGED = { forge: { owner: 'acme', repository: 'fleet', token: { env: 'TOKEN' } } }

export function clusterFile({
  name = 'prod-eu',
  path = 'clusters/prod-eu',
  style = 'git',
  layout = {},
  flux = {},
  git = {},
  sops,
}: Asked = {}): ClusterFile {
  const forged = ['github', 'gitlab', 'gitea'].includes(style)
  const file = {
    apiVersion: 'flux-ops.dev/v1',
    kind: 'Cluster',
    metadata: { name },
    cluster: { context: 'admin' },
    flux: { version: '2.9.2', style, ...flux },
    git: { path, ...(forged ? FORGE_KEY : REPOSITORY), ...git },
    ...(sops === undefined ? {} : { sops }),
    ...(forged ? FORGED : {}),
    layout,
  }
  return readClusterFile(JSON.stringify(file), 'cluster.yaml')
}

export type Texts = Readonly<Record<string, string>>

export const scaffolded = (file: ClusterFile, there: Texts = {}, known: Known = SEALED): Scaffold =>
  scaffold(file, repositoryOf(new Map(Object.entries(there))), known)

export const textsOf = ({ files }: Pick<Scaffold, 'files'>): Record<string, string> =>
  Object.fromEntries(files.map(({ path, text }) => [path, text]))

/** What lies in the repository afterwards. */
export const laidOut = (file: ClusterFile, there: Texts = {}, known: Known = SEALED): Record<string, string> => ({
  ...there,
  ...textsOf(scaffolded(file, there, known)),
})

// biome-ignore lint/suspicious/noExplicitAny: manifests
export type Thing = any

export const read = (text: string): Thing[] =>
  parseAllDocuments(text, { uniqueKeys: true }).map((document) => {
    if (document.errors.length > 0) throw new Error(String(document.errors[0]))
    return document.toJS()
  })

export interface Found {
  readonly file: string
  readonly object: Thing
}

const isFlux = ({ object }: Found): boolean => /\.(fluxcd\.io|fluxcd\.controlplane\.io)\//.test(String(object?.apiVersion))

/** Objects of the files that a folder of the tree brings, by the files that its kustomizations name. */
export function appliedIn(texts: Texts, folder: string): Found[] {
  const tree = new KustomizeTree(Object.entries(texts).map(([path, text]) => ({ path, text })))
  return tree
    .applied(cleanFolder(folder))
    .filter((path) => !/kustomization\.ya?ml$/.test(path))
    .flatMap((file) => read(texts[file] ?? '').map((object) => ({ file, object })))
    .filter(({ object }) => object !== null)
}

const isKustomization = ({ object }: Found): boolean =>
  object?.kind === 'Kustomization' && String(object.apiVersion).startsWith('kustomize.toolkit.fluxcd.io/')

export interface World {
  /** Kustomizations of Flux that come to be, by name, and everything that each applies. */
  readonly kustomizations: ReadonlyMap<string, Found>
  readonly applied: ReadonlyMap<string, readonly Found[]>
}

/** Follows the cluster from `start` through every Kustomization of the git repository. */
export function reconciled(texts: Texts, start: string): World {
  const kustomizations = new Map<string, Found>()
  const applied = new Map<string, readonly Found[]>([['', appliedIn(texts, start)]])
  const waiting = [...(applied.get('') ?? [])]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (!isKustomization(next) || kustomizations.has(next.object.metadata.name)) continue
    const { name } = next.object.metadata
    kustomizations.set(name, next)
    if (next.object.spec.sourceRef.kind !== 'GitRepository') continue
    const found = appliedIn(texts, next.object.spec.path)
    applied.set(name, found)
    waiting.push(...found)
  }
  return { kustomizations, applied }
}

export const fluxObjects = (texts: Texts): Found[] =>
  Object.entries(texts)
    .filter(([path]) => /\.ya?ml$/.test(path))
    .flatMap(([file, text]) => read(text).map((object) => ({ file, object })))
    .filter(isFlux)
