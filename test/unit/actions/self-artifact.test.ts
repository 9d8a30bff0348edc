import { describe, expect, it } from 'vitest'
import { pullSelfArtifact } from '../../../src/actions/self-artifact.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Command, ExecResult } from '../../../src/ports/exec.ts'
import { crdObject, FakeKube, fakeContext } from './fakes.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const self = { source: 'flux-system/flux-manifests', path: './' }

function contextOf(
  spec: Record<string, unknown>,
  answer: Partial<ExecResult> | (() => never),
  ran: Command[] = [],
  revision = `v2.9.2@${DIGEST}`,
) {
  const kube = new FakeKube()
  const options = { versions: ['v1'], storage: 'v1', stored: ['v1'] }
  kube.put('customresourcedefinitions', crdObject('ocirepositories', 'source.toolkit.fluxcd.io', 'OCIRepository', options))
  kube.put('ocirepositories', {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name: 'flux-manifests', namespace: 'flux-system' },
    spec: { url: 'oci://ghcr.io/fluxcd/flux-manifests', ref: { tag: 'v2.9.2' }, ...spec },
    status: { artifact: { revision } },
  })
  const exec = (command: Command) => {
    ran.push(command)
    return typeof answer === 'function' ? answer() : answer
  }
  return fakeContext({ kube, exec })
}

describe('the artifact that Flux applies itself from', () => {
  it('is pulled by the digest that the cluster has fetched, with the settings of the source', async () => {
    const ran: Command[] = []
    const ctx = contextOf(
      { provider: 'aws', insecure: true },
      { left: { 'gotk-components.yaml': 'kind: Deployment\n', LICENSE: 'x' } },
      ran,
    )

    const pulled = await pullSelfArtifact(ctx, self, 'v2.9.2')

    expect(pulled).toEqual({ status: 'pulled', text: 'kind: Deployment\n', from: `oci://ghcr.io/fluxcd/flux-manifests@${DIGEST}` })
    expect(ran.map((each) => each.args)).toEqual([
      ['pull', 'artifact', `oci://ghcr.io/fluxcd/flux-manifests@${DIGEST}`, '--output', '.', '--provider', 'aws', '--insecure-registry'],
    ])
  })

  it('is only what lies in the folder of the Kustomization', async () => {
    const ctx = contextOf({}, { left: { 'prod/a.yaml': 'kind: Deployment', 'test/a.yaml': 'kind: Job' } })

    expect(await pullSelfArtifact(ctx, { ...self, path: './prod' }, 'v2.9.2')).toMatchObject({ text: 'kind: Deployment' })
  })

  const left = { 'a.yaml': 'kind: Deployment' }
  it.each([
    ['the source stands at another tag', { ref: { tag: 'v2.7.3' } }, { left }, 'has not fetched v2.9.2'],
    ['the source leaves files out', { ignore: 'a.yaml' }, { left }, 'takes only a part'],
    ['the registry does not answer', {}, { exitCode: 1, stderr: '► pulling\n✗ dial tcp: i/o timeout\n' }, 'i/o timeout'],
    ['kustomize has to build it', {}, { left: { ...left, 'kustomization.yaml': 'resources: [a.yaml]' } }, 'kustomization file'],
    ['there is no manifest in it', {}, { left: { 'README.md': '' } }, 'no manifest'],
  ])('is not known where %s', async (_, spec, answer, why) => {
    const pulled = await pullSelfArtifact(contextOf(spec, answer), self, 'v2.9.2')

    expect(pulled).toMatchObject({ status: 'unknown', why: expect.stringContaining(why) })
  })

  it('is not known where the source has fetched the tag before, and no artifact of it now', async () => {
    expect(await pullSelfArtifact(contextOf({}, { left }, [], `v2.7.3@${DIGEST}`), self, 'v2.9.2')).toMatchObject({ status: 'unknown' })
  })

  it('is not known where the registry takes too long, and an interruption is not taken for that', async () => {
    const late = contextOf({}, () => {
      throw new OpsError({ code: 'tool-timeout', message: 'no end after 30 s' })
    })
    const stopped = contextOf({}, () => {
      throw new OpsError({ code: 'interrupted', message: 'stopped' })
    })

    expect(await pullSelfArtifact(late, self, 'v2.9.2')).toMatchObject({ status: 'unknown', why: 'no end after 30 s' })
    await expect(pullSelfArtifact(stopped, self, 'v2.9.2')).rejects.toMatchObject({ code: 'interrupted' })
  })
})
