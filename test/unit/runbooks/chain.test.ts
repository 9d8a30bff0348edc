import { describe, expect, it } from 'vitest'
import { exportable } from '../../../runbooks/upgrade/checks/stops.ts'
import { describePlan } from '../../../runbooks/upgrade/describe.ts'
import { between } from '../../../runbooks/upgrade/fresh.ts'
import { chainPart, pinsAt } from '../../../runbooks/upgrade/hops.ts'
import { upgrade } from '../../../runbooks/upgrade/index.ts'
import { chainOf } from '../../../runbooks/upgrade/inspect.ts'
import { factsOfLeg, legPlans } from '../../../runbooks/upgrade/legs.ts'
import { planSchema, type UpgradePlan } from '../../../runbooks/upgrade/plan-schema.ts'
import { pinsNow } from '../../../runbooks/upgrade/steps/pin.ts'
import { upgradeSteps } from '../../../runbooks/upgrade/steps.ts'
import type { ClusterSurvey } from '../../../src/actions/cluster-survey.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import { release } from '../../../src/flux/catalogue/index.ts'
import { fakeContext } from '../actions/fakes.ts'
import { crdsOf } from '../flux/objects.ts'
import { chainPlan, pinAt } from './chain-plan.ts'

const steps = upgradeSteps(chainPlan)
const ids = steps.map((step) => step.id)
const writeStep = (id: string): WriteStep<UpgradePlan> => {
  const found = steps.find((step) => step.id === id)
  if (found?.kind !== 'write') throw new Error(`no write step ${id}`)
  return found
}
const view = { plan: chainPlan, facts: {}, runId: 'run-1' }

describe('a chain of hops', () => {
  it('backs up once, proves every hop before the next begins, and reports once', () => {
    expect(ids[0]).toBe('backup')
    expect(ids.at(-1)).toBe('report')
    expect(ids.filter((id) => id.startsWith('backup') || id.startsWith('report'))).toHaveLength(2)
    const proven = ids.indexOf('verify-2-7-3')
    expect(ids.slice(1, proven + 1).every((id) => id.endsWith('-2-7-3'))).toBe(true)
    expect(ids.slice(proven + 1, -1).every((id) => id.endsWith('-2-9-2'))).toBe(true)
  })

  it('has step ids that are unique, kebab-case and the same after it went through JSON', () => {
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    expect(upgradeSteps(planSchema.parse(JSON.parse(JSON.stringify(chainPlan)))).map((step) => step.id)).toEqual(ids)
  })

  it('always looks at what is stored before a later hop, and rewrites files only where the hop needs it', () => {
    expect(ids).toContain('migrate-storage-2-9-2')
    expect(ids).toContain('migrate-repository-2-9-2')
    expect(ids).not.toContain('migrate-repository-2-7-3')
  })

  it('previews each hop with its own versions', () => {
    expect(writeStep('pin-2-7-3').preview(view)).toEqual(['cluster/bootstrap/kustomization.yaml:5:10   v2.6.3 → v2.7.3'])
    expect(writeStep('pin-2-9-2').preview(view)).toEqual(['cluster/bootstrap/kustomization.yaml:5:10   v2.7.3 → v2.9.2'])
    expect(writeStep('sync-source-2-7-3').preview(view).join('\n')).toContain('spec.ref.tag=v2.7.3')
    for (const step of steps) if (step.kind === 'write') expect(step.preview(view), step.id).not.toEqual([])
  })

  it('marks the commit of each hop with the run and with the hop', () => {
    expect(writeStep('commit-2-7-3').preview(view)[1]).toBe(
      "git commit -m 'Upgrade Flux from 2.6.3 to 2.7.3' --trailer 'Flux-Ops-Run: run-1' --trailer 'Flux-Ops-Hop: run-1/2.7.3'",
    )
  })

  it('says the line of no return of each hop before that hop is pushed', () => {
    const lines = steps.flatMap((step) => (step.kind === 'write' && step.pointOfNoReturn ? [[step.id, step.pointOfNoReturn]] : []))

    expect(lines).toEqual([['push-2-7-3', 'imagepolicies.image.toolkit.fluxcd.io is stored as v1 and cannot go below Flux 2.7.0']])
  })

  it('can be left at a stop that is proven, and at no other place', () => {
    expect(steps.filter((step) => step.kind === 'read' && step.checkpoint).map((step) => step.id)).toEqual(['verify-2-7-3'])
  })

  it('takes no step of a later hop for done before the hop before it is proven', async () => {
    const git = { commitsWithTrailer: async () => ['a commit'] }
    const step = writeStep('migrate-repository-2-9-2')

    const early = await step.isDone(fakeContext({ git }), view)
    const proven = await step.isDone(fakeContext({ git }), { ...view, facts: { 'verify-2-7-3': { version: '2.7.3' } } })

    expect([early, proven]).toEqual([false, true])
  })

  it('looks for the commit of its own hop', async () => {
    const asked: string[] = []
    const commitsWithTrailer = async (_dir: string, _ref: string, key: string, value: string) => {
      asked.push(`${key}: ${value}`)
      return []
    }

    await writeStep('commit-2-7-3').isDone(fakeContext({ git: { commitsWithTrailer } }), view)

    expect(asked).toEqual(['Flux-Ops-Hop: run-1/2.7.3'])
  })

  it('offers to stay at the stop before a hop is pushed, and to go back to it after', () => {
    const hints = (id: string) => upgrade.afterFailure?.(chainPlan, id, 'run-1')

    expect(hints('commit-2-7-3')).toEqual(['flux-ops runs abandon run-1'])
    expect(hints('verify-2-7-3')).toEqual(['flux-ops rollback run-1'])
    expect(hints('migrate-storage-2-9-2')).toEqual(['to stay at Flux 2.7.3, which was proven:  flux-ops runs abandon run-1'])
    expect(hints('verify-2-9-2')).toEqual(['back to Flux 2.7.3, which was proven:  flux-ops rollback run-1'])
  })

  it('is shown whole, each stop with its reason', () => {
    const text = describePlan(chainPlan).join('\n')

    expect(text).toMatch(/^2\.6\.3 → 2\.7\.3 → 2\.9\.2 in 2 hops, \d+ steps, 2 commits; each is proven before the next begins/)
    expect(text).toContain('2.6.3 → 2.7.3   Flux 2.9.2 does not have ImagePolicy v1beta2')
    expect(text).toContain('cluster/a.yaml:1   OCIRepository v1beta2 → v1')
    expect(text).toContain('ImagePolicy: 2 objects stored as v1beta1 → v1beta2')
  })

  it.each(['../secrets', '/etc/passwd', '-rf'])('is refused when a hop names the file %s', (file) => {
    const hops = chainPlan.hops?.map((hop) => ({ ...hop, pins: [pinAt(1, 1, file)] }))

    expect(() => planSchema.parse({ ...chainPlan, hops })).toThrow()
  })

  it('holds while the controllers of two neighbouring releases run', () => {
    const controllers = ['2.6.3', '2.7.3'].flatMap((version, index) =>
      release(version)
        .controllers.slice(index * 2, index * 2 + 2)
        .map((each) => ({ component: each.component, image: each.image, tag: each.tag, namespace: 'flux-system' })),
    )
    const mixed = { status: 'mixed', lines: [], versions: [], controllers } as const

    expect(between(mixed, chainPlan)).toBe(true)
    expect(between(mixed, { from: '2.6.3', to: '2.9.2' })).toBe(false)
  })
})

describe('the plan of one hop of a chain', () => {
  it('is that of a single hop, with its own ends, pins and lines of no return', () => {
    const [first, second] = legPlans(chainPlan)

    expect(first).toMatchObject({ from: '2.6.3', to: '2.7.3', storage: chainPlan.storage, leg: { key: '2-7-3', later: ['2.9.2'] } })
    expect(second).toMatchObject({ from: '2.7.3', to: '2.9.2', storage: [], promotions: [], leg: { previous: '2-7-3', later: [] } })
    expect(second).not.toHaveProperty('hops')
  })

  it('sees the facts of its own steps under the ids that the steps know', () => {
    const facts = { backup: { objects: 1 }, 'reconcile-2-7-3': { since: 'early' }, 'reconcile-2-9-2': { since: 'late' } }

    expect(factsOfLeg(facts, '2-9-2')).toMatchObject({ reconcile: { since: 'late' }, backup: { objects: 1 } })
  })
})

describe('the pins of a hop', () => {
  it('stand where the hop before it has put them, also behind another pin on the line', () => {
    const moved = pinsAt([pinAt(2, 5), pinAt(2, 40), pinAt(3, 40)], '2.10.11')

    expect(moved.map((pin) => [pin.line, pin.column, pin.endColumn, pin.text])).toEqual([
      [2, 5, 13, 'v2.10.11'],
      [2, 42, 50, 'v2.10.11'],
      [3, 40, 48, 'v2.10.11'],
    ])
  })

  const file = 'cluster/bootstrap/kustomization.yaml'
  const text = 'kind: Kustomization\nresources:\n  - github.com/fluxcd/flux2/manifests/install?ref=v2.7.3\n'
  const planned = pinsAt([pinAt(3, 51)], '2.7.3')
  const leg = { key: '2-9-2', previous: '2-7-3', later: [] }
  const ends = { pins: planned, from: '2.7.3', to: '2.9.2' }

  it('are looked for again when others have pushed since the plan was made', () => {
    const [found] = pinsNow(`# by others\n${text}`, file, { ...ends, leg })

    expect(found).toMatchObject({ line: 4, column: 51, text: 'v2.7.3' })
    expect(pinsNow(text, file, { ...ends, leg })).toEqual(planned)
  })

  it('are not looked for again in a run of one hop, whose plan holds or does not', () => {
    expect(pinsNow(`# by others\n${text}`, file, ends)).toEqual(planned)
  })
})

describe('the hops of a plan', () => {
  const cluster = { crds: crdsOf('2.6.3') } as unknown as ClusterSurvey
  const none = { tree: [], scan: { findings: [], unscannable: [], files: 0, objects: 0 }, changes: [], left: [], hops: [] }

  it('say for each its promotions and its pins', () => {
    const chain = chainOf(cluster, undefined, { from: '2.6.3', to: '2.9.2', kubernetes: 'v1.34.4', via: ['2.7.3'] })

    const { hops, promotions } = chainPart(chain, none, [pinAt(5)], cluster.crds)

    expect(hops?.map((hop) => [hop.to, hop.pins[0]?.text, hop.promotions.length > 0])).toEqual([
      ['2.7.3', 'v2.6.3', true],
      ['2.9.2', 'v2.7.3', false],
    ])
    expect(promotions.map((each) => each.to)).toContain('v1')
    expect(planSchema.safeParse({ ...chainPlan, hops }).success).toBe(true)
  })

  it('are none where one hop is enough', () => {
    const single = { crds: crdsOf('2.7.3') } as unknown as ClusterSurvey
    const chain = chainOf(single, undefined, { from: '2.7.3', to: '2.9.2', kubernetes: 'v1.34.4' })

    expect(chainPart(chain, none, [pinAt(5)], single.crds)).not.toHaveProperty('hops')
  })
})

describe('upgrade check stops-exportable', () => {
  const asked = (answer: (version: string) => object) =>
    exportable(fakeContext({ exec: ({ args }) => answer(args.find((arg) => arg.startsWith('--version='))?.slice(11) ?? '') }), ['2.7.5'])

  it('passes when the CLI prints the manifests of every stop', async () => {
    expect(await asked((version) => ({ stdout: `---\n# Flux Version: v${version}\n` }))).toMatchObject({ status: 'pass', detail: '2.7.5' })
  })

  it('fails with the words of the CLI when it cannot reach the release', async () => {
    const result = await asked(() => ({ exitCode: 1, stderr: '✗ GitHub API call failed: no such host\n' }))

    expect(result).toMatchObject({ status: 'fail', items: [{ where: 'Flux 2.7.5', what: '✗ GitHub API call failed: no such host' }] })
  })

  it('fails when the CLI prints another release', async () => {
    expect(await asked(() => ({ stdout: '---\n# Flux Version: v2.9.2\n' }))).toMatchObject({ status: 'fail' })
  })

  it('is not known when the CLI cannot be started', async () => {
    const missing = () => {
      throw new OpsError({ code: 'tool-missing', message: 'flux is not on PATH' })
    }

    expect(await asked(missing)).toMatchObject({ status: 'unknown', cause: 'flux is not on PATH' })
  })
})
