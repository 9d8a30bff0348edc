// A chain of two hops as one run with one journal, killed here and there, between the hops too. Every point: chain.test.ts.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drive } from '../runbooks/desk.ts'
import { type Fixture, fixture, TO } from '../runbooks/fixture.ts'
import { addImageObjects, CHAIN, imagesOf, lastToken, OLD, STOP } from '../runbooks/upgrade/chain-sandbox.ts'
import { fluxOps } from './harness/cli.ts'
import { endState } from './harness/end-state.ts'
import type { KillPoint } from './harness/points.ts'
import { type Ride, ride } from './harness/ride.ts'

const at = (where: 'after' | 'before' | 'torn', event: string): KillPoint => ({ where, event })

const POINTS: readonly KillPoint[] = [
  at('before', 'step.finished apply-2-7-3'),
  at('after', 'step.finished verify-2-7-3'),
  at('torn', 'step.finished verify-2-9-2'),
]

describe('a cluster of flux bootstrap', () => {
  let sandbox: Fixture
  beforeAll(async () => {
    sandbox = await fixture('bootstrap')
  })
  afterAll(async () => sandbox?.remove())

  test('is not sent through a stop whose manifests the flux CLI cannot write', async () => {
    const before = await sandbox.git('rev-parse', 'HEAD')

    const said = await fluxOps(sandbox.paths, ['upgrade', '--to', TO, '--via', '2.8.5', '--yes'])

    expect(said.code).toBe(3)
    expect(said.output).toMatch(/✗ stops-exportable +the flux CLI cannot write the manifests of a stop/)
    expect(await sandbox.git('rev-parse', 'HEAD')).toBe(before)
  })
})

describe('a cluster that needs a stop on the way', () => {
  let sandbox: Fixture
  let done: Ride
  const bare = (...args: string[]): Promise<string> => sandbox.run('git', '-C', join(sandbox.paths.git, 'home-ops.git'), ...args)
  const commits = async (): Promise<string[]> =>
    (await bare('log', '--reverse', '--format=%H', `--grep=^Flux-Ops-Run: ${done.runId}$`, 'main')).trim().split('\n')

  beforeAll(async () => {
    sandbox = await fixture('pin', OLD)
    await addImageObjects(sandbox)
  })
  afterAll(async () => sandbox?.remove())

  test('is one whose CRDs of the target the API server refuses', async () => {
    const crds = ['--kustomize', `github.com/fluxcd/flux2/manifests/crds?ref=v${TO}`]
    const direct = sandbox.run('kubectl', 'apply', '--server-side', '--force-conflicts', '--dry-run=server', ...crds)

    await expect(direct).rejects.toThrow(/imagepolicies.*status\.storedVersions.*v1beta2/s)
  })

  test('is planned through the newest patch of the stop, and says why it stops there', async () => {
    const planned = await drive({ dir: sandbox.paths.dir, runbook: 'upgrade', input: { to: TO, repo: sandbox.paths.repo }, planOnly: true })

    expect(planned.outcome).toBe('planned')
    expect(planned.state.planLines[0]).toMatch(/^2\.6\.3 → 2\.7\.5 → 2\.9\.2 in 2 hops/)
    expect(planned.state.planLines[1]).toMatch(/2\.6\.3 → 2\.7\.5 +Flux 2\.9\.2 does not have .*ImagePolicy v1beta2/)
  })

  test('goes through a chosen stop to the target in one run, killed and taken up again', async () => {
    done = await ride(sandbox.paths, CHAIN, POINTS)

    console.log(`a chain of two hops, killed at ${POINTS.length} points: ${done.seconds.at(-1)} s`)
    expect(await endState(sandbox, done.runId, lastToken(done.runId))).toMatchObject({
      commits: 2,
      pushes: 3, // the first put the image objects there
      workTree: '',
      inStep: true,
      images: imagesOf(TO),
      outcome: 'done',
      endedTwice: [],
      leaseHolder: '',
    })
  })

  test('has reconciled every object by the controllers of the target', async () => {
    const { objects } = await endState(sandbox, done.runId, lastToken(done.runId))

    expect(objects.filter((line) => !line.endsWith(': ready, reconciled for this run'))).toEqual([])
  })

  test('has a commit for each hop, marked with the hop, of pins and API versions only', async () => {
    const [first = '', second = ''] = await commits()
    const trailers = async (commit: string) => (await bare('log', '-1', '--format=%(trailers:key=Flux-Ops-Hop,valueonly)', commit)).trim()
    const added = async (commit: string) => (await bare('show', '--format=', commit)).split('\n').filter((line) => /^\+[^+]/.test(line))

    expect([await trailers(first), await trailers(second)]).toEqual([`${done.runId}/${STOP}`, `${done.runId}/${TO}`])
    const [pins, all] = [await added(first), await added(second)]
    expect(pins.every((line) => line.includes(`v${STOP}`))).toBe(true)
    // The stop serves v1beta2 still: what is written in it changes with the hop that drops it.
    expect(all.filter((line) => line.includes('source.toolkit.fluxcd.io/v1')).length).toBeGreaterThan(0)
    expect(all.every((line) => line.includes(`v${TO}`) || /toolkit\.fluxcd\.io\/v1\b/.test(line))).toBe(true)
  })

  test('writes each API version in files and in the store only when it is served', async () => {
    const [first = '', second = ''] = await commits()
    const inGit = async (commit: string) => (await bare('show', `${commit}:cluster/apps/default/images.yaml`)).match(/v1\w*(?= #)/g)
    const versions = [
      'get',
      'imagepolicies.v1.image.toolkit.fluxcd.io', // in full: kubectl remembers the versions of before
      'hello',
      '-n',
      'default',
      '--show-managed-fields',
      '-o',
      'jsonpath={..managedFields[*].apiVersion}',
    ]

    expect(await inGit(first)).toEqual(['v1beta2', 'v1beta2'])
    expect(await inGit(second)).toEqual(['v1', 'v1'])
    expect(new Set((await sandbox.run('kubectl', ...versions)).split(' '))).toEqual(new Set(['image.toolkit.fluxcd.io/v1']))
  })

  test('leaves no dropped API version in any stored version', async () => {
    const stored = Object.values(await sandbox.storedVersions()).flat()

    expect(stored.filter((version) => /v1beta[12]|v2beta/.test(version) && version !== 'v1beta1')).toEqual([])
  })

  test('goes back to the stop and says why not further', async () => {
    const back = await ride(sandbox.paths, ['rollback', done.runId, '--yes'], [])

    expect(back.last.output).toMatch(/no further than 2\.7\.3: .*imagepolicies\.image\.toolkit\.fluxcd\.io stores v1/)
    expect(await sandbox.images()).toEqual(imagesOf(STOP))
    const [first = ''] = await commits()
    expect(await bare('diff', '--stat', first, 'main')).toBe('')
  })
})
