// The sandbox's operator styles keep what they promise: the real operator, its distribution from the sandbox's own registry, and applications.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { environment } from '../../src/sandbox/index.ts'
import { runTool } from '../../src/sandbox/run-tool.ts'
import { type SharedSandbox, sharedSandbox } from '../helpers/shared-sandbox.ts'

describe.each(['operator', 'operator-helm'] as const)('a sandbox in style %s', (style) => {
  let sandbox: SharedSandbox
  const kubectl = async (...args: string[]): Promise<string> =>
    (await runTool(sandbox.tools.kubectl ?? 'kubectl', args, environment({ dir: sandbox.paths.dir }))).stdout.trim()

  beforeAll(async () => {
    const start = performance.now()
    sandbox = await sharedSandbox(style, '2.7.3')
    console.log(`style ${style}: Flux 2.7.3 reconciles its repository after ${((performance.now() - start) / 1000).toFixed(1)} s`)
  })
  afterAll(async () => sandbox?.release())

  test('has a FluxInstance that the real operator has applied from the distribution in the registry of the sandbox', async () => {
    const path = '{.status.lastAppliedRevision} {.spec.distribution.artifact} {.status.lastArtifactRevision}'

    const [applied, artifact, digest] = (await kubectl('-n', 'flux-system', 'get', 'fluxinstance', 'flux', `-o=jsonpath=${path}`)).split(
      ' ',
    )

    expect(applied).toMatch(/^v2\.7\.3@sha256:/)
    expect(artifact).toMatch(/^oci:\/\/127\.0\.0\.1:\d+\/controlplaneio-fluxcd\/flux-operator-manifests:v0\.58\.1$/)
    expect(digest).toMatch(/^sha256:/)
  })

  test('has an application from a Helm chart, and its clone clean', async () => {
    const ready = '-o=jsonpath={.status.conditions[?(@.type=="Ready")].status}'

    expect(await kubectl('-n', 'default', 'get', 'helmrelease', 'hello', ready)).toBe('True')
    const env = environment({ dir: sandbox.paths.dir })
    const { stdout } = await runTool('git', ['-C', sandbox.paths.repo, 'status', '--porcelain=v1', '--branch'], env)
    expect(stdout.trim()).toBe('## main...origin/main')
  })
})
