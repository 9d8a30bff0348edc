import { describe, expect, it } from 'vitest'
import { syncNotSuspended } from '../../../runbooks/upgrade/checks/cluster.ts'
import { chartHasTarget, helmReleaseSafe } from '../../../runbooks/upgrade/checks/helm.ts'
import { installStyleKnown, pinsFound } from '../../../runbooks/upgrade/checks/repository.ts'
import { makePlan } from '../../../runbooks/upgrade/plan.ts'
import { pinnedTo, writtenAs } from '../../../runbooks/upgrade/steps/pin.ts'
import { upgradeSteps } from '../../../runbooks/upgrade/steps.ts'
import { completeInput } from '../../../runbooks/upgrade/target-from-pins.ts'
import { OpsError } from '../../../src/errors.ts'
import { helmWorld, input, recordOf } from './helm-world.ts'

const unreachable = new OpsError({ code: 'chart-unreachable', message: 'HTTP 403' })

describe('chart-has-target', () => {
  it('passes with the newest version of the chart that holds the target', async () => {
    expect(await chartHasTarget.probe(helmWorld(), input)).toMatchObject({
      status: 'pass',
      detail: 'chart flux2 2.19.2 holds Flux 2.9.2, 2.17.3 is deployed',
    })
  })

  it('passes with the version that a person names, when that holds it', async () => {
    expect(await chartHasTarget.probe(helmWorld(), { ...input, chartVersion: '2.19.1' })).toMatchObject({
      status: 'pass',
      detail: expect.stringContaining('2.19.1'),
    })
  })

  it.each([
    [
      'no version of the chart holds the target',
      { charts: { '2.17.3': '2.7.3' } },
      undefined,
      /no version of chart flux2 that holds Flux 2\.9\.2/,
    ],
    ['the version that a person names holds another', {}, '2.18.4', /holds Flux 2\.8\.5/],
    ['the version that a person names is not there', {}, '9.9.9', /is not there/],
  ])('fails where %s', async (_when, world, chartVersion, why) => {
    const asked = chartVersion === undefined ? input : { ...input, chartVersion }

    expect(await chartHasTarget.probe(helmWorld(world), asked)).toMatchObject({ status: 'fail', detail: expect.stringMatching(why) })
  })

  it('cannot know where the repository does not answer, and takes no word of a person for it', async () => {
    const [alone, named] = [helmWorld({ charts: unreachable }), helmWorld({ charts: unreachable })]

    expect(await chartHasTarget.probe(alone, input)).toMatchObject({
      status: 'unknown',
      hints: [expect.stringContaining('--chart-version')],
    })
    expect(await chartHasTarget.probe(named, { ...input, chartVersion: '2.19.2' })).toMatchObject({
      status: 'unknown',
      hints: [expect.stringContaining('--waive chart-has-target=')],
    })
  })
})

describe('helm-release-safe', () => {
  it('passes where a failed upgrade is left as it is, whatever the image settings besides the tag', async () => {
    const world = helmWorld({ upgrade: { remediation: { retries: 3 } }, values: { helmController: { image: 'mirror.test/helm' } } })

    expect(await helmReleaseSafe.probe(world, input)).toMatchObject({ status: 'pass' })
  })

  it.each([
    ['a failed upgrade uninstalls Flux', { upgrade: { remediation: { strategy: 'uninstall' } } }, /strategy: uninstall/],
    ['objects are replaced', { upgrade: { force: true } }, /force: true/],
    ['the CRDs are left behind', { values: { installCRDs: false } }, /installCRDs/],
    ['a controller is kept at its version', { values: { sourceController: { tag: 'v1.7.3' } } }, /source-controller at v1\.7\.3/],
  ])('fails where %s', async (_when, world, what) => {
    const result = await helmReleaseSafe.probe(helmWorld(world), input)

    expect(result).toMatchObject({ status: 'fail' })
    expect(JSON.stringify(result)).toMatch(what)
  })

  it.each([
    ['is not there', ''],
    ['is no such record', recordOf({ name: 'flux2' })],
    ['cannot be unpacked', 'bm90IGEgcmVjb3Jk'],
  ])("cannot know where Helm's record of the release %s", async (_when, record) => {
    expect(await helmReleaseSafe.probe(helmWorld({ record }), input)).toMatchObject({ status: 'unknown' })
  })
})

describe('the other checks and the plan of an upgrade by the chart', () => {
  it('know the style, with the chain from git to the HelmRelease', async () => {
    expect(await installStyleKnown.probe(helmWorld(), input)).toMatchObject({
      status: 'pass',
      detail: 'Helm chart (HelmRelease flux-system/flux2, applied by Kustomization flux-system/flux-system)',
    })
  })

  it('compare the pin with the chart that is deployed', async () => {
    expect(await pinsFound.probe(helmWorld(), input)).toMatchObject({ status: 'pass' })
    expect(await pinsFound.probe(helmWorld({ tag: '2.18.4' }), input)).toMatchObject({ status: 'fail' })
  })

  it('want the source of the chart fetched', async () => {
    const world = helmWorld()
    const source = world.kube.objects.get('ocirepositories flux-system/flux2')
    if (source) source.spec.suspend = true

    expect(await syncNotSuspended.probe(world, input)).toMatchObject({ status: 'fail' })
  })

  it('pin the version of the chart and let helm-controller apply it', async () => {
    const plan = await makePlan(helmWorld(), input)

    expect(plan).toMatchObject({
      from: '2.7.3',
      to: '2.9.2',
      chart: { from: '2.17.3', to: '2.19.2' },
      installation: { style: 'helm', release: 'flux-system/flux2', source: { kind: 'OCIRepository', id: 'flux-system/flux2' } },
      pins: [{ kind: 'helm-chart', file: 'flux2.yaml', version: '2.17.3', to: '2.19.2' }],
    })
    const [pin] = plan.pins
    expect(pin && writtenAs(pin, plan.to)).toBe('2.19.2')
    expect(pin && pinnedTo(`${'\n'.repeat(pin.line - 1)}    tag: 2.19.2`, pin, '2.19.2')).toBe(true)
    const ids = upgradeSteps(plan).map((step) => step.id)
    expect(ids).toContain('helm-applies')
    expect(ids).not.toContain('apply')
  })

  it('change nothing in git where it has the chart already', async () => {
    const plan = await makePlan(helmWorld({ tag: '2.19.2' }), input)

    expect(plan.pins).toEqual([])
    expect(upgradeSteps(plan).map((step) => step.id)).not.toContain('commit')
  })

  it('refuse to plan a chart that is not known, and take the one that is named where none can be looked up', async () => {
    await expect(makePlan(helmWorld({ charts: unreachable }), input)).rejects.toMatchObject({ code: 'chart-unknown' })
    const plan = await makePlan(helmWorld({ charts: unreachable }), { ...input, chartVersion: '2.19.2' })
    expect(plan.chart).toEqual({ from: '2.17.3', to: '2.19.2' })
  })

  it('are asked one hop at a time', async () => {
    await expect(makePlan(helmWorld(), { ...input, via: ['2.8.5'] })).rejects.toMatchObject({ code: 'helm-chain' })
    expect(await chartHasTarget.probe(helmWorld(), { ...input, via: ['2.8.5'] })).toMatchObject({ status: 'fail' })
  })

  it('tell the target of a pull request by the release that its chart holds', async () => {
    expect(await completeInput(helmWorld({ tag: '2.19.1' }), { ...input, to: '' })).toMatchObject({ input: { to: '2.9.2' } })
  })
})
