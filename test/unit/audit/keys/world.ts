// A repository and a cluster in which every rule about keys holds. A scenario changes one thing in it.
import { keysWorld, type ReadMetadata } from '../../../../src/audit/keys/look.ts'
import type { ClusterLook, KeyEntry, KeySecretLook, KeysWorld, MacLook } from '../../../../src/audit/keys/world.ts'
import { OpsError } from '../../../../src/errors.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import type { SealedMetadata } from '../../../../src/sops/sealed/model.ts'
import { ALICE, BOB, peopled } from '../../sops/rules/people.ts'

export const SEALED = 'ENC[AES256_GCM,data:bWFkZSB1cA==,iv:AAAA,tag:AAAA,type:str]'

export const secret = (name: string, entries: Readonly<Record<string, string>> = { password: SEALED }, isSealed = true): string =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\n  namespace: web\nstringData:\n${Object.entries(entries)
    .map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`)
    .join('')}${isSealed ? 'sops:\n  mac: x\n' : ''}`

export const metadata = (groups: readonly (readonly string[])[], more: Partial<SealedMetadata> = {}): SealedMetadata => ({
  groups: groups.map((age) => ({ age: age.map((recipient) => ({ recipient, enc: 'made up' })), others: [] })),
  shamirThreshold: 0,
  lastModified: '2026-11-21T00:00:00Z',
  mac: SEALED,
  macOnlyEncrypted: false,
  selection: { encryptedRegex: '^(data|stringData)$' },
  version: '3.13.3',
  ...more,
})

export const kustomization = (name: string, spec: object): KubeObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace: 'flux-system' },
  spec,
})

export const DECRYPTS = { provider: 'sops', secretRef: { name: 'sops-age' } }

export const written = (name: string, spec: string): string =>
  `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: ${name}\nspec:\n  path: ./apps\n${spec}`

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export interface Parts {
  readonly files: Map<string, string>
  readonly sealed: Map<string, SealedMetadata | OpsError>
  readonly macs: Map<string, MacLook>
  readonly keysIn: Map<string, readonly string[]>
  unreadable: KeysWorld['unreadable']
  sopsVersion: string | undefined
  cluster: Mutable<ClusterLook> | { unread: string } | undefined
  /** A sealed file with the text of a sealed Secret, or with another text. */
  seal(path: string, groups: readonly (readonly string[])[], text?: string, more?: Partial<SealedMetadata>): void
  /** The cluster is there and could be read. */
  change(edit: (cluster: Mutable<ClusterLook>) => void): void
}

export const keySecret = (entries: readonly KeyEntry[], more: Partial<KeySecretLook> = {}): KeySecretLook => ({
  id: 'flux-system/sops-age',
  usedBy: ['Kustomization flux-system/apps'],
  isGlobal: false,
  look: { status: 'found', entries },
  ...more,
})

const RULES = `creation_rules:
  - path_regex: ^apps/.*\\.sops\\.yaml$
    encrypted_regex: ^(data|stringData)$
    age: {alice},{bob}
`

export function parts(): Parts {
  const files = new Map([
    ['.sops.yaml', peopled(RULES)],
    ['.flux-ops.yaml', peopled('recipients:\n  - name: oncall\n    recipient: {alice}\n')],
    ['clusters/prod/apps.yaml', written('apps', '  decryption:\n    provider: sops\n    secretRef:\n      name: sops-age\n')],
    ['apps/kustomization.yaml', 'resources:\n  - db.sops.yaml\n'],
  ])
  const cluster: Mutable<ClusterLook> = {
    context: 'admin@prod',
    applied: [{ kustomization: kustomization('apps', { decryption: DECRYPTS }), folder: 'apps' }],
    kustomizations: ['apps'],
    keySecrets: [keySecret([{ name: 'age.agekey', recipients: [ALICE] }])],
    globalSecret: undefined,
    fallbackUnknown: undefined,
    kustomizeController: 'v1.9.3',
  }
  const made: Parts = {
    files,
    sealed: new Map(),
    macs: new Map(),
    keysIn: new Map(),
    unreadable: [],
    sopsVersion: '3.13.3',
    cluster,
    seal: (path, groups, text = secret('db'), more = {}) => {
      files.set(path, text)
      made.sealed.set(path, metadata(groups, more))
    },
    change: (edit) => {
      if (made.cluster === undefined || 'unread' in made.cluster) throw new Error('there is no cluster to change')
      edit(made.cluster)
    },
  }
  made.seal('apps/db.sops.yaml', [[ALICE, BOB]])
  return made
}

export function worldOf({ files, sealed, macs, keysIn, unreadable, sopsVersion, cluster }: Parts): KeysWorld {
  const read: ReadMetadata = (path) => {
    const found = sealed.get(path)
    if (found instanceof OpsError) throw found
    return found
  }
  const texts = [...files].map(([path, text]) => ({ path, text }))
  return keysWorld(texts, unreadable, read, {
    remotes: ['https://git.test/me/home'],
    macOf: (path) => macs.get(path) ?? { status: 'holds' },
    keysIn: (path) => keysIn.get(path),
    sopsVersion,
    cluster,
  })
}
