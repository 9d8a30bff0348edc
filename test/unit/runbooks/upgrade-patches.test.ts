import { describe, expect, it } from 'vitest'
import { patchesApply } from '../../../runbooks/upgrade/checks/patches.ts'
import { layerOfFile, layerOfOwner, lostTargets } from '../../../src/flux/patch-layers.ts'
import type { Command, ExecResult } from '../../../src/ports/exec.ts'
import { crdObject, FakeKube, fakeContext } from '../actions/fakes.ts'
import { deployment, flux } from '../flux/objects.ts'

const input = { to: '2.9.2', repo: '/repo', backupRecipients: [], timeoutSeconds: 300 }
const upstream = { remote: 'origin', branch: 'main', url: 'https://git.test/x' }
const git = { root: async () => '/repo', head: async () => 'a'.repeat(40), branch: async () => 'main', upstream: async () => upstream }

const PIN = 'resources:\n  - github.com/fluxcd/flux2/manifests/install?ref=v2.7.3\n'
const PATCH = 'patches:\n  - target: {kind: Deployment, name: notification-controller}\n    patch: "[]"\n'
const TARGET = '# Flux Version: v2.9.2\n---\nkind: Deployment\nmetadata:\n  name: kustomize-controller\n'

function world(kustomization: string, kubectl: (command: Command) => Partial<ExecResult> = () => ({ stdout: TARGET }), fluxSays = TARGET) {
  const kube = new FakeKube()
  for (const [kind, group, plural] of [
    ['Kustomization', 'kustomize', 'kustomizations'],
    ['GitRepository', 'source', 'gitrepositories'],
  ] as const)
    kube.put(
      'customresourcedefinitions',
      crdObject(plural, `${group}.toolkit.fluxcd.io`, kind, { versions: ['v1'], storage: 'v1', stored: ['v1'] }),
    )
  kube.put('deployments', deployment('kustomize-controller', 'v1.7.2'))
  kube.put('deployments', deployment('notification-controller', 'v1.7.4'))
  kube.put('gitrepositories', flux('GitRepository', 'home', { spec: { url: upstream.url, ref: { branch: 'main' } } }))
  kube.put(
    'kustomizations',
    flux('Kustomization', 'apps', { spec: { path: './cluster', sourceRef: { kind: 'GitRepository', name: 'home' } } }),
  )
  const commands: Command[] = []
  const exec = (command: Command): Partial<ExecResult> => {
    commands.push(command)
    return command.tool === 'flux' ? { stdout: fluxSays } : kubectl(command)
  }
  return { ctx: fakeContext({ kube, git, exec, files: new Map([['/repo/cluster/kustomization.yaml', kustomization]]) }), commands }
}

describe('upgrade check patches-apply', () => {
  it('lays the patches over the manifests of the target, in a folder of its own', async () => {
    const { ctx, commands } = world(PIN + PATCH.replace('notification', 'kustomize'))

    expect(await patchesApply.probe(ctx, input)).toMatchObject({ status: 'pass' })
    const [install, kustomize] = commands
    expect(install?.args).toEqual(expect.arrayContaining(['install', '--export', '--version=v2.9.2']))
    expect(kustomize?.scratch?.files['base.yaml']).toBe(TARGET)
    expect(kustomize?.scratch?.files['kustomization.yaml']).not.toContain('fluxcd/flux2')
    expect(commands.every((command) => command.effect === 'read')).toBe(true)
  })

  it('fails in the words of kustomize, with the file, when a patch does not apply', async () => {
    const { ctx } = world(PIN + PATCH, () => ({ exitCode: 1, stderr: 'error: replace operation does not apply: doc is missing path\n' }))

    expect(await patchesApply.probe(ctx, input)).toMatchObject({
      status: 'fail',
      items: [{ where: 'cluster/kustomization.yaml', what: 'error: replace operation does not apply: doc is missing path' }],
    })
  })

  it('fails on a patch of a Deployment that runs and that the target does not have', async () => {
    expect(await patchesApply.probe(world(PIN + PATCH).ctx, input)).toMatchObject({
      status: 'fail',
      items: [{ what: 'patches Deployment notification-controller, which Flux 2.9.2 does not have' }],
    })
  })
})

describe('layers of patches', () => {
  it('point into the clone: files of patches, and what stands beside the manifests of Flux', () => {
    const text = `resources: [gotk-components.yaml, gotk-sync.yaml, ../more]
patches: [{path: cpu.yaml}]
patchesStrategicMerge: [old.yaml]
`

    expect(layerOfFile({ path: 'clusters/prod/flux-system/kustomization.yaml', text }, 'repo')?.overlay).toEqual({
      resources: ['base.yaml', 'repo/clusters/prod/flux-system/gotk-sync.yaml', 'repo/clusters/prod/flux-system/../more'],
      patches: [{ path: 'repo/clusters/prod/flux-system/cpu.yaml' }],
      patchesStrategicMerge: ['repo/clusters/prod/flux-system/old.yaml'],
    })
  })

  it('lose nothing where a target matched no Deployment before', () => {
    const owner = flux('Kustomization', 'flux', { spec: { patches: [{ target: { kind: 'Deployment', name: 'image-.*' }, patch: '' }] } })
    const layer = layerOfOwner(owner)

    expect(lostTargets(layer ? [layer] : [], ['source-controller'], [])).toEqual([])
    expect(lostTargets(layer ? [layer] : [], ['image-reflector-controller'], [])).toHaveLength(1)
  })

  it('reads the name of a target as Go does, and never for longer than that takes', () => {
    const named = (name: string) => {
      const layer = { where: 'k.yaml', overlay: {}, targets: [{ kind: 'Deployment', name }] }
      return lostTargets([layer], ['image-reflector-controller', 'a'.repeat(60)], ['source-controller']).map((each) => each.name)
    }

    expect(named('(?i)IMAGE-.*')).toEqual(['image-reflector-controller'])
    expect(named('.*-controller')).toEqual([])
    expect(named('image')).toEqual([])
    expect(named('(a+)+b')).toEqual([])
    expect(named('image-reflector-controller(')).toEqual([])
  })
})
