// A cluster with one GitRepository over SSH and its Secret, for tests that change one thing of it.
import { encoded } from '../../../../runbooks/credentials-rotate/credential.ts'
import { type CredentialsInput, inputSchema } from '../../../../runbooks/credentials-rotate/input.ts'
import { OpsError } from '../../../../src/errors.ts'
import type { Context } from '../../../../src/ports/context.ts'
import type { Admission, Git } from '../../../../src/ports/git.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { Secret } from '../../../../src/ports/secret.ts'
import { sshKey } from '../../../helpers/ssh-keys.ts'
import { crdObject, FakeKube, fakeContext } from '../../actions/fakes.ts'

export const oldKey = sshKey()
export const URL_SSH = 'ssh://git@git.example/home.git'
export const URL_HTTPS = 'https://git.example/home.git'
export const KNOWN = `git.example ${sshKey().line}\n`

const CRDS: readonly (readonly [plural: string, group: string, kind: string])[] = [
  ['gitrepositories', 'source.toolkit.fluxcd.io', 'GitRepository'],
  ['helmrepositories', 'source.toolkit.fluxcd.io', 'HelmRepository'],
  ['kustomizations', 'kustomize.toolkit.fluxcd.io', 'Kustomization'],
  ['imageupdateautomations', 'image.toolkit.fluxcd.io', 'ImageUpdateAutomation'],
]

export const object = (kind: string, name: string, spec: object, more: object = {}): KubeObject => ({
  apiVersion: `${CRDS.find(([, , each]) => each === kind)?.[1]}/v1`,
  kind,
  metadata: { name, namespace: 'flux-system', generation: 1 },
  spec,
  status: {
    observedGeneration: 1,
    conditions: [{ type: 'Ready', status: 'True', reason: 'Succeeded', message: 'stored', observedGeneration: 1 }],
  },
  ...more,
})

export const failedStatus = {
  status: {
    observedGeneration: 1,
    conditions: [{ type: 'Ready', status: 'False', reason: 'GitOperationFailed', message: 'denied', observedGeneration: 1 }],
  },
}

export const source = (name = 'home', spec: object = {}, more: object = {}): KubeObject =>
  object('GitRepository', name, { url: URL_SSH, secretRef: { name: 'key' }, ref: { branch: 'main' }, ...spec }, more)

export const secretOf = (entries: Record<string, string>, metadata: object = {}, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'key', namespace: 'flux-system', ...metadata },
  data: Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, encoded(value)])),
  ...more,
})

export const OVER_SSH = { identity: oldKey.identity, known_hosts: KNOWN }
export const OVER_HTTPS = { username: 'bot', password: 'old-token' }

export interface Parts {
  readonly objects?: readonly KubeObject[]
  readonly secret?: KubeObject | undefined
  readonly others?: readonly KubeObject[]
  readonly admits?: Git['admits']
  readonly git?: Partial<Git>
  readonly files?: Record<string, string>
  readonly env?: Record<string, string>
  readonly allowed?: boolean
}

const IN: Admission = { answer: 'in', said: '' }

const noClone = async (): Promise<never> => {
  throw new OpsError({ code: 'git-no-repository', message: 'no clone', hints: ['--repo'] })
}

const pluralOf = (kind: string): string => CRDS.find(([, , each]) => each === kind)?.[0] ?? ''

export function world({
  objects = [source()],
  secret = secretOf(OVER_SSH),
  others = [],
  admits = async () => IN,
  git = {},
  files = {},
  env = {},
  allowed = true,
}: Parts = {}): Context {
  const kube = new FakeKube()
  for (const [plural, group, kind] of CRDS)
    kube.put('customresourcedefinitions', crdObject(plural, group, kind, { versions: ['v1'], storage: 'v1', stored: ['v1'] }))
  for (const each of objects) kube.put(pluralOf(each.kind), each)
  if (secret !== undefined) kube.put('secrets', secret)
  for (const each of others) kube.put('secrets', each)
  kube.canI = async () => ({ allowed })
  const ctx = fakeContext({ kube, git: { root: noClone, admits, ...git }, files: new Map(Object.entries(files)) })
  return { ...ctx, env: { secret: (name) => (env[name] === undefined ? undefined : new Secret(env[name])) } }
}

export const input = (more: object = {}): CredentialsInput => inputSchema.parse({ repo: '/clone', ...more })
