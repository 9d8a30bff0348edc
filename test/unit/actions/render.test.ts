import { describe, expect, it } from 'vitest'
import type { Repository } from '../../../src/actions/installation.ts'
import { overlayOf, renderManifests, withoutSecrets } from '../../../src/actions/render.ts'
import { reportText } from '../../../src/actions/report.ts'
import { commitOf } from '../../../src/flux/revisions.ts'
import { crdObject, FakeKube, fakeContext } from './fakes.ts'

const repo: Repository = {
  root: '/repo',
  head: 'a'.repeat(40),
  remote: 'origin',
  branch: 'main',
  url: 'https://git.test/x',
  source: 'flux-system/home',
}
const KUSTOMIZE = 'kustomize.toolkit.fluxcd.io'
const owner = (spec: Record<string, unknown>) => ({
  apiVersion: `${KUSTOMIZE}/v1`,
  kind: 'Kustomization',
  metadata: { name: 'flux', namespace: 'flux-system' },
  spec,
})

describe('rendering', () => {
  it('carries over what the Kustomization sets on the manifests of Flux', () => {
    const overlay = overlayOf(
      owner({ patches: [{ patch: 'x' }], images: [{ name: 'a' }], commonMetadata: { labels: { team: 'a' } }, interval: '10m' }),
    )

    expect(overlay).toEqual({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: ['base.yaml'],
      patches: [{ patch: 'x' }],
      images: [{ name: 'a' }],
      labels: [{ pairs: { team: 'a' }, includeSelectors: false }],
    })
  })

  it('puts the patches of the live Kustomization on top of the pinned base', async () => {
    const kube = new FakeKube()
    kube.put(
      'customresourcedefinitions',
      crdObject('kustomizations', KUSTOMIZE, 'Kustomization', { versions: ['v1'], storage: 'v1', stored: ['v1'] }),
    )
    kube.put('kustomizations', owner({ patches: [{ patch: 'concurrency' }] }))
    const files = new Map<string, string>()
    const folders: string[] = []
    const exec = (command: { args: readonly string[] }) => {
      folders.push(command.args.at(-1) ?? '')
      return { stdout: `kind: Deployment # ${command.args.at(-1)}` }
    }
    const installation = {
      style: 'pin',
      bases: ['cluster/bootstrap'],
      self: { source: 'flux-system/m', kustomization: 'flux-system/flux' },
    } as const

    const { path } = await renderManifests(fakeContext({ kube, files, exec }), {
      repo,
      installation,
      version: '2.9.2',
      file: 'manifests/new.yaml',
    })

    expect(folders).toEqual(['/repo/cluster/bootstrap', '/runs/one/manifests/new'])
    expect(files.get('/runs/one/manifests/new/kustomization.yaml')).toContain('concurrency')
    expect(files.get(path)).toContain('/runs/one/manifests/new')
  })

  it('takes the artifact that Flux has fetched instead of the base, with the same patches on it', async () => {
    const kube = new FakeKube()
    const options = { versions: ['v1'], storage: 'v1', stored: ['v1'] }
    kube.put('customresourcedefinitions', crdObject('kustomizations', KUSTOMIZE, 'Kustomization', options))
    kube.put('customresourcedefinitions', crdObject('ocirepositories', 'source.toolkit.fluxcd.io', 'OCIRepository', options))
    kube.put('kustomizations', owner({ path: './', patches: [{ patch: 'concurrency' }] }))
    kube.put('ocirepositories', {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'OCIRepository',
      metadata: { name: 'm', namespace: 'flux-system' },
      spec: { url: 'oci://registry.test/m', ref: { tag: 'v2.9.2' } },
      status: { artifact: { revision: `v2.9.2@sha256:${'a'.repeat(64)}` } },
    })
    const files = new Map<string, string>()
    const exec = (command: { tool: string }) =>
      command.tool === 'flux' ? { left: { 'gotk.yaml': 'kind: Deployment # artifact\n' } } : { stdout: 'kind: Deployment # patched\n' }
    const installation = { style: 'pin', bases: ['base'], self: { source: 'flux-system/m', kustomization: 'flux-system/flux' } } as const
    const ctx = fakeContext({ kube, files, exec })

    const { path, from } = await renderManifests(ctx, { repo, installation, version: '2.9.2', file: 'manifests/new.yaml' })

    expect(from).toBe(`oci://registry.test/m@sha256:${'a'.repeat(64)}`)
    expect(files.get('/runs/one/manifests/new/base.yaml')).toBe('kind: Deployment # artifact\n')
    expect(files.get(path)).toBe('kind: Deployment # patched\n')
  })

  it('writes no value of a Secret into the folder of the run, also not on the way to the patches', async () => {
    const kube = new FakeKube()
    const options = { versions: ['v1'], storage: 'v1', stored: ['v1'] }
    kube.put('customresourcedefinitions', crdObject('kustomizations', KUSTOMIZE, 'Kustomization', options))
    kube.put('kustomizations', owner({ patches: [{ patch: 'x' }] }))
    const files = new Map<string, string>()
    const secret =
      'apiVersion: v1\ndata:\n  token: aHVudGVyMg==\nkind: Secret\nmetadata:\n  name: webhook\nstringData: {a: hunter2}\ntype: Opaque\n'
    const config = 'apiVersion: v1\ndata:\n  a: kept\nkind: ConfigMap\n'
    const exec = () => ({ stdout: `${secret}---\n${config}---\nkind: Deployment\n` })
    const installation = { style: 'pin', bases: ['base'], self: { source: 'flux-system/m', kustomization: 'flux-system/flux' } } as const

    await renderManifests(fakeContext({ kube, files, exec }), { repo, installation, version: '2.9.2', file: 'manifests/new.yaml' })

    const base = files.get('/runs/one/manifests/new/base.yaml')
    expect([...files.values()].join('\n')).not.toMatch(/aHVudGVyMg|hunter2/)
    expect(base).toBe(`apiVersion: v1\nkind: Secret\nmetadata:\n  name: webhook\ntype: Opaque\n---\n${config}---\nkind: Deployment\n`)
  })

  it('refuses a rendering without a Deployment', async () => {
    const installation = { style: 'pin', bases: ['cluster/bootstrap'], self: null } as const

    const render = renderManifests(fakeContext({ exec: () => ({ stdout: 'kind: Namespace' }) }), {
      repo,
      installation,
      version: '2.9.2',
      file: 'manifests/new.yaml',
    })

    await expect(render).rejects.toMatchObject({ code: 'render-empty' })
  })
})

describe('rendering for a Kustomization that applies more than the manifests of Flux', () => {
  const deployment = `apiVersion: apps/v1\nkind: Deployment\nspec:\n  args: ["--x=\${cluster}"]\n`
  const secret = 'apiVersion: v1\nkind: Secret\ndata:\n  a: ENC[x]\n'
  const sealed = 'apiVersion: v1\nkind: ConfigMap\nsops:\n  mac: x\n'
  const folder = 'clusters/prod/flux-system'
  const installation = {
    style: 'bootstrap',
    folder,
    components: `${folder}/gotk-components.yaml`,
    sync: `${folder}/gotk-sync.yaml`,
    kustomization: `${folder}/kustomization.yaml`,
    owner: 'flux-system/flux',
  } as const
  const contextOf = (spec: Record<string, unknown>, stdout: string, folders: string[] = []) => {
    const kube = new FakeKube()
    const crd = crdObject('kustomizations', KUSTOMIZE, 'Kustomization', { versions: ['v1'], storage: 'v1', stored: ['v1'] })
    kube.put('customresourcedefinitions', crd)
    kube.put('kustomizations', owner(spec))
    const exec = (command: { args: readonly string[] }) => {
      folders.push(command.args.at(-1) ?? '')
      return { stdout }
    }
    return fakeContext({ kube, files: new Map(), exec })
  }

  it('leaves out secrets and what SOPS has encrypted: only Flux can decrypt them', () => {
    expect(withoutSecrets([deployment, secret, sealed].join('---\n'))).toBe(deployment)
    expect(withoutSecrets(deployment)).toBe(deployment)
  })

  it('refuses what Flux fills in after the build', async () => {
    const ctx = contextOf({ postBuild: { substitute: { cluster: 'prod' } } }, deployment)

    await expect(renderManifests(ctx, { repo, installation, version: '2.9.2', file: 'manifests/old.yaml' })).rejects.toMatchObject({
      code: 'render-substitution',
    })
  })

  it('carries over the patches of the Kustomization of a bootstrap as well', async () => {
    const folders: string[] = []
    const ctx = contextOf({ patches: [{ patch: 'concurrency' }] }, deployment, folders)

    await renderManifests(ctx, { repo, installation, version: '2.9.2', file: 'manifests/new.yaml' })

    expect(folders).toEqual([`/repo/${folder}`, '/runs/one/manifests/new'])
  })

  it('renders a bootstrap once when its Kustomization sets nothing', async () => {
    const folders: string[] = []

    await renderManifests(contextOf({ path: './clusters/prod' }, deployment, folders), {
      repo,
      installation,
      version: '2.9.2',
      file: 'manifests/new.yaml',
    })

    expect(folders).toEqual([`/repo/${folder}`])
  })
})

describe('report', () => {
  it('lets nothing that the cluster said out of its code span', () => {
    const text = reportText({
      title: 'Flux',
      runId: 'r',
      operator: 'o',
      context: 'c',
      clusterUid: 'u',
      at: 't',
      commit: undefined,
      branch: 'b',
      facts: { verify: { warnings: ['bad `message`\n# heading\u001b[31m'] } },
      back: 'x',
    })

    expect(text).toContain('- `bad  message # heading [31m`')
    expect(text).not.toContain('\n# heading')
  })
})

describe('revisions', () => {
  it('holds no commit when there is none', () => {
    expect(commitOf(undefined)).toBeUndefined()
  })
})
