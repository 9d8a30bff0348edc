import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { beforeEach, describe, expect, it } from 'vitest'
import { auditCluster } from '../../../../src/actions/keys/audit-cluster.ts'
import { OpsError } from '../../../../src/errors.ts'
import type { KubeObject, KubeReader, ObjectName, Resource } from '../../../../src/ports/kube.ts'
import { deployment, flux } from '../../flux/objects.ts'
import { crdObject, FakeKube } from '../fakes.ts'

class SecretiveKube extends FakeKube {
  forbidden = false

  override async get(resource: Resource, name: ObjectName): Promise<KubeObject | undefined> {
    if (this.forbidden && resource.plural === 'secrets') throw new OpsError({ code: 'kube-forbidden', message: 'you may not get secrets' })
    return super.get(resource, name)
  }
}

const crd = (kind: string, plural: string, group: string): KubeObject =>
  crdObject(plural, `${group}.toolkit.fluxcd.io`, kind, { versions: ['v1'], storage: 'v1', stored: ['v1'] })

const secret = (namespace: string, name: string, data: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace, name },
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, btoa(value)])),
})

let kube: SecretiveKube
let identity: string
let recipient: string

beforeEach(async () => {
  identity = await generateX25519Identity()
  recipient = await identityToRecipient(identity)
  kube = new SecretiveKube()
  kube.put('customresourcedefinitions', crd('Kustomization', 'kustomizations', 'kustomize'))
  kube.put('customresourcedefinitions', crd('GitRepository', 'gitrepositories', 'source'))
  kube.put('gitrepositories', flux('GitRepository', 'home', { spec: { url: 'ssh://git@git.test/me/home.git' } }))
  kube.put(
    'kustomizations',
    flux('Kustomization', 'apps', {
      spec: {
        path: './apps/',
        sourceRef: { kind: 'GitRepository', name: 'home' },
        decryption: { provider: 'sops', secretRef: { name: 'sops-age' } },
      },
    }),
  )
  kube.put('kustomizations', flux('Kustomization', 'other', { spec: { path: './', sourceRef: { kind: 'OCIRepository', name: 'x' } } }))
  kube.put('deployments', deployment('kustomize-controller', 'v1.9.3'))
})

const asked = () =>
  auditCluster(kube as unknown as KubeReader, { namespace: 'flux-system', context: 'admin@prod', remotes: ['https://git.test/me/home'] })

describe('what an audit takes from a cluster', () => {
  it('are the Kustomizations of this repository, and the names and recipients of what they decrypt with', async () => {
    kube.put('secrets', secret('flux-system', 'sops-age', { 'age.agekey': `# created\n${identity}\n`, 'age.key': identity, note: 'hello' }))

    const { look } = await asked()

    expect(look.applied.map(({ kustomization, folder }) => `${kustomization.metadata.name} ${folder}`)).toEqual(['apps apps'])
    expect(look.kustomizeController).toBe('v1.9.3')
    expect(look.keySecrets).toEqual([
      {
        id: 'flux-system/sops-age',
        usedBy: ['Kustomization flux-system/apps'],
        isGlobal: false,
        look: {
          status: 'found',
          entries: [
            { name: 'age.agekey', recipients: [recipient] },
            { name: 'age.key', recipients: [recipient] },
            { name: 'note', recipients: undefined },
          ],
        },
      },
    ])
  })

  it('holds no private key; those that were found are handed on apart', async () => {
    const other = await generateX25519Identity()
    kube.put('secrets', secret('flux-system', 'sops-age', { 'age.agekey': identity, 'age.key': other }))

    const { look, identities } = await asked()

    expect(JSON.stringify(look)).not.toContain('AGE-SECRET-KEY')
    expect(JSON.stringify(identities)).not.toContain('AGE-SECRET-KEY')
    expect(identities.map((each) => each.secret.reveal())).toEqual([identity, other])
  })

  it('tells where a Secret of that name is, when it is not where Flux looks', async () => {
    kube.put('secrets', secret('default', 'sops-age', {}))

    const { look } = await asked()

    expect(look.keySecrets[0]?.look).toEqual({ status: 'missing', elsewhere: ['default/sops-age'] })
  })

  it('tells of a Secret that may not be read, and goes on', async () => {
    kube.forbidden = true

    const { look, identities } = await asked()

    expect(look.keySecrets[0]?.look).toEqual({ status: 'unread', why: 'you may not get secrets' })
    expect(identities).toEqual([])
  })

  it('does not know the Secret for all where the controller is not found', async () => {
    kube.put(
      'kustomizations',
      flux('Kustomization', 'apps', {
        spec: { path: 'apps', sourceRef: { kind: 'GitRepository', name: 'home' }, decryption: { provider: 'sops' } },
      }),
    )

    const { look } = await auditCluster(kube as unknown as KubeReader, { namespace: 'web', context: 'admin@prod', remotes: [] })

    expect(look.fallbackUnknown).toContain('name its namespace by --namespace')
  })

  it('knows the Secret that the controller takes where none is named', async () => {
    const controller = deployment('kustomize-controller', 'v1.9.3')
    controller.spec.template.spec.containers[0].args = ['--sops-age-secret=all-keys']
    kube.put('deployments', controller)
    kube.put(
      'kustomizations',
      flux('Kustomization', 'apps', {
        spec: { path: 'apps', sourceRef: { kind: 'GitRepository', name: 'home' }, decryption: { provider: 'sops' } },
      }),
    )

    const { look } = await asked()

    expect(look).toMatchObject({ globalSecret: 'flux-system/all-keys', fallbackUnknown: undefined })
    expect(look.keySecrets).toMatchObject([{ id: 'flux-system/all-keys', isGlobal: true, look: { status: 'missing', elsewhere: [] } }])
  })
})
