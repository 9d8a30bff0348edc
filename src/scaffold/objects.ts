// The objects of Flux that a layout is made of, in API versions that every release with a cluster file serves.
import type { ClusterFile } from '../cluster-file/schema.ts'
import type { Manifest } from './manifest.ts'
import { asPath } from './places.ts'

type Fields = Readonly<Record<string, unknown>>

const FLUX_API = 'kustomize.toolkit.fluxcd.io/v1'
export const OPT_OUT = 'substitution.flux.home.arpa/disabled notin (true)'

/** What all objects of a scaffold share. */
export interface Setting {
  readonly namespace: string
  /** Name of the GitRepository. */
  readonly source: string
  /** Secret with the key; undefined where nothing is sealed. */
  readonly decryption: string | undefined
}

export type Variables = readonly { readonly kind: 'ConfigMap' | 'Secret'; readonly name: string }[]

export interface Applied {
  readonly name: string
  readonly folder: string
  readonly interval: string
  readonly says?: readonly string[]
  readonly wait?: boolean
  readonly timeout?: string
  readonly dependsOn?: readonly string[]
  readonly variables?: Variables
  readonly patches?: readonly Fields[]
  readonly sourceKind?: string
}

export const decryptionOf = (secret: string | undefined): Fields =>
  secret === undefined ? {} : { decryption: { provider: 'sops', secretRef: { name: secret } } }

const substitution = (variables: Variables = []): Fields => (variables.length === 0 ? {} : { postBuild: { substituteFrom: variables } })

export const kustomization = (at: Setting, { name, folder, interval, says, ...more }: Applied): Manifest => ({
  ...(says === undefined ? {} : { says }),
  object: {
    apiVersion: FLUX_API,
    kind: 'Kustomization',
    metadata: { name, namespace: at.namespace },
    spec: {
      interval,
      retryInterval: '1m',
      timeout: more.timeout ?? '5m',
      path: asPath(folder),
      prune: true,
      wait: more.wait ?? true,
      sourceRef: { kind: 'GitRepository', name: at.source },
      ...(more.dependsOn === undefined || more.dependsOn.length === 0 ? {} : { dependsOn: more.dependsOn.map((each) => ({ name: each })) }),
      ...decryptionOf(at.decryption),
      ...substitution(more.variables),
      ...(more.patches === undefined || more.patches.length === 0 ? {} : { patches: more.patches }),
    },
  },
})

/** Lets Kustomizations below decrypt and substitute as the one above does; with `optOut` those that say no by label are left out. */
export function childPatches(at: Setting, variables: Variables, optOut: boolean, text: (value: unknown) => string): Fields[] {
  const spec = { ...decryptionOf(at.decryption), ...substitution(variables) }
  if (Object.keys(spec).length === 0) return []
  return [
    {
      patch: text({ apiVersion: FLUX_API, kind: 'Kustomization', metadata: { name: 'all' }, spec }),
      target: { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', ...(optOut ? { labelSelector: OPT_OUT } : {}) },
    },
  ]
}

export const gitRepository = (at: Setting, git: ClusterFile['git']): Manifest => ({
  object: {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: at.source, namespace: at.namespace },
    spec: {
      interval: git.interval,
      url: git.url,
      ref: { branch: git.branch },
      ...(git.recurseSubmodules ? { recurseSubmodules: true } : {}),
      secretRef: { name: git.secretName },
    },
  },
})
