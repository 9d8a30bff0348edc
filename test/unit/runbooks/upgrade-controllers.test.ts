import { describe, expect, it } from 'vitest'
import { controllerFlagsKnown, featureGatesKnown } from '../../../runbooks/upgrade/checks/controllers.ts'
import { crdObject, FakeKube, fakeContext } from '../actions/fakes.ts'
import { deployment } from '../flux/objects.ts'

const input = { to: '2.9.2', repo: '/repo', backupRecipients: [], timeoutSeconds: 300 }
const upstream = { remote: 'origin', branch: 'main', url: 'https://git.test/x' }
const git = { root: async () => '/repo', head: async () => 'a'.repeat(40), branch: async () => 'main', upstream: async () => upstream }

const PIN = 'resources:\n  - github.com/fluxcd/flux2/manifests/install?ref=v2.7.3\n'

/** kustomize-controller of 2.7.3 with these arguments, and a repository that sets --old. */
function world(...args: string[]) {
  const kube = new FakeKube()
  const object = deployment('kustomize-controller', 'v1.7.2')
  object.spec.template.spec.containers[0].args = args
  kube.put('deployments', object)
  const patch = 'patches:\n  # --old is needed\n  - value: --old=secret\n'
  return fakeContext({
    kube,
    git,
    files: new Map([
      ['/repo/cluster/flux.yaml', patch],
      ['/repo/cluster/kustomization.yaml', PIN],
    ]),
  })
}

describe('upgrade check controller-flags-known', () => {
  it('names the line, the Deployment and the flag that the target lacks, and not its value', async () => {
    const result = await controllerFlagsKnown.probe(world('--old=secret'), input)

    expect(result).toMatchObject({ status: 'fail', items: [{ where: 'cluster/flux.yaml:3' }] })
    expect(JSON.stringify(result)).toContain(
      '--old (Deployment flux-system/kustomize-controller): kustomize-controller v1.9.3 of Flux 2.9.2',
    )
    expect(JSON.stringify(result)).not.toContain('secret')
  })

  it('asks every release that the upgrade stops at', async () => {
    const ctx = world('--custom-apply-stage-kinds=x')
    const stored = { versions: ['v1beta2'], storage: 'v1beta2', stored: ['v1beta2'] }
    ;(ctx.kube as unknown as FakeKube).put(
      'customresourcedefinitions',
      crdObject('imagerepositories', 'image.toolkit.fluxcd.io', 'ImageRepository', stored),
    )

    const result = await controllerFlagsKnown.probe(ctx, input)

    expect(result).toMatchObject({ status: 'fail' })
    expect(JSON.stringify(result)).toMatch(/kustomize-controller v1\.[78]\.\d of Flux 2\.[78]/)
  })
})

describe('upgrade check feature-gates-known', () => {
  it('fails on a gate of another controller', async () => {
    const result = await featureGatesKnown.probe(world('--feature-gates=DisableStatusPollerCache=true,OOMWatch=true'), input)

    expect(result).toMatchObject({ status: 'fail', items: [{ where: 'Deployment flux-system/kustomize-controller' }] })
    expect(JSON.stringify(result)).toContain('OOMWatch')
  })
})
