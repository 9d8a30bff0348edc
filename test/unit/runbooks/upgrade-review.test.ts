import { describe, expect, it } from 'vitest'
import { beforeMerge } from '../../../runbooks/upgrade/before-merge.ts'
import type { UpgradePlan } from '../../../runbooks/upgrade/plan-schema.ts'
import { describeForReader, reviewPlan } from '../../../runbooks/upgrade/review.ts'

const plan: UpgradePlan = {
  clusterUid: 'uid-1',
  context: 'test',
  namespace: 'flux-system',
  from: '2.7.3',
  to: '2.9.2',
  repo: { root: '/repo', head: 'a'.repeat(40), remote: 'origin', branch: 'main', url: 'https://git.test/x', source: 'flux-system/home' },
  installation: {
    style: 'pin',
    bases: ['cluster/bootstrap'],
    self: { source: 'flux-system/flux-manifests', kustomization: 'flux-system/flux' },
  },
  tree: ['cluster'],
  migrate: { paths: [], changes: [] },
  unmigrated: [],
  pins: [],
  gotkFlags: null,
  storage: [],
  promotions: [],
  why: 'the API server takes the CRDs of 2.9.2 as they are',
  baseline: [],
  kustomizations: [],
  recipients: [],
  secrets: false,
  crdCount: 10,
  controllers: ['source-controller', 'kustomize-controller'],
  forReview: true,
  timeoutMs: 1000,
  madeAt: '2026-11-21T03:12:00Z',
}

const OCI = 'ocirepositories.source.toolkit.fluxcd.io'
const need = { crd: OCI, kind: 'OCIRepository', to: 'v1', drops: ['v1beta2'], stale: [], objects: 2 }
const hop = (from: string, to: string, why: string) => ({
  from,
  to,
  why,
  warnings: [],
  migrateBefore: [],
  migrate: { paths: [], changes: [] },
  pins: [],
  promotions: [],
})
const titles = (of: UpgradePlan): string[] => beforeMerge(of).map((part) => part.title)

describe('before a pull request is merged', () => {
  it('nothing has to be done where the API server takes the new CRDs as they are', () => {
    expect(beforeMerge(plan)).toEqual([])
  })

  it('what is stored in a version that the target drops is rewritten', () => {
    const [part] = beforeMerge({ ...plan, storage: [need] })

    expect(part?.title).toBe('rewrite what the cluster stores in old API versions')
    expect(part?.lines?.at(-1)).toBe('flux migrate')
  })

  it('what is managed in a version that the target drops is rewritten', () => {
    expect(titles({ ...plan, storage: [{ ...need, drops: [], stale: ['v1beta2'] }] })).toHaveLength(1)
  })

  it('what the target still has can stay as it is', () => {
    expect(titles({ ...plan, to: '2.7.5', storage: [need] })).toEqual([])
  })

  it('API versions in files are rewritten, before what is stored', () => {
    const changes = [{ file: 'cluster/a.yaml', line: 1, kind: 'OCIRepository', from: 'v1beta2', to: 'v1' }]

    const [part, next] = beforeMerge({ ...plan, migrate: { paths: ['cluster'], changes }, storage: [need] })

    expect(next?.title).toBe('rewrite what the cluster stores in old API versions')
    expect(part?.lines).toEqual(['cluster/a.yaml:1   OCIRepository v1beta2 → v1', 'flux migrate -f cluster --yes'])
  })

  it('no name of a file can begin a command of its own', () => {
    const changes = [{ file: 'a', line: 1, kind: 'OCIRepository', from: 'v1beta2', to: 'v1' }]

    const [part] = beforeMerge({ ...plan, migrate: { paths: ["it's; $(rm -rf .)"], changes } })

    expect(part?.lines?.at(-1)).toBe(`flux migrate -f 'it'\\''s; $(rm -rf .)' --yes`)
  })

  it('a stop in between is made first, with the reason', () => {
    const hops = [hop('2.6.4', '2.7.5', 'Flux 2.9.2 does not have ImagePolicy v1beta2'), hop('2.7.5', '2.9.2', 'taken as they are')]

    const [part] = beforeMerge({ ...plan, from: '2.6.4', hops })

    expect(part).toEqual({
      title: 'a stop at Flux 2.7.5',
      says: ['Flux 2.9.2 does not have ImagePolicy v1beta2'],
      lines: ['flux-ops upgrade --to 2.7.5'],
    })
  })
})

describe('the plan for a reader', () => {
  const part = (of: UpgradePlan, title: string) => reviewPlan(of).parts.find((each) => each.title.startsWith(title))

  it('tells every hop with its reason and the migration that it needs', () => {
    const hops = [
      {
        ...hop('2.6.4', '2.7.5', 'because'),
        warnings: ['Kubernetes is newer'],
        migrateBefore: [{ crd: OCI, drops: ['v1beta2'], to: 'v1' }],
      },
      hop('2.7.5', '2.9.2', 'as they are'),
    ]

    expect(part({ ...plan, hops }, 'The way')).toEqual({
      title: 'The way',
      says: ['2.6.4 → 2.7.5: because', 'Kubernetes is newer', '2.7.5 → 2.9.2: as they are'],
      lines: [`before 2.7.5   ${OCI}   v1beta2 → v1`],
    })
  })

  it('tells what the merge does, and to which controllers', () => {
    expect(part(plan, 'What the merge does')).toMatchObject({
      says: [expect.stringContaining('OCIRepository flux-system/flux-manifests'), expect.any(String)],
      lines: ['source-controller   v1.7.3 → v1.9.3', 'kustomize-controller   v1.7.2 → v1.9.3'],
    })
  })

  it('does not promise that a base which is applied by hand is applied by the merge', () => {
    const byHand: UpgradePlan = { ...plan, installation: { style: 'pin', bases: ['cluster/bootstrap'], self: null } }

    expect(part(byHand, 'What the merge does')?.says?.[0]).toBe('nothing by itself: cluster/bootstrap is applied by hand')
  })

  it('tells what is written where the plan is carried out', () => {
    const { forReview: _review, ...rest } = plan
    const pin = {
      kind: 'oci-tag',
      file: 'cluster/flux.yaml',
      line: 9,
      column: 10,
      endColumn: 16,
      text: 'v2.7.3',
      version: '2.7.3',
    } as const

    const written = part({ ...rest, pins: [pin], storage: [need] }, 'What is written')

    expect(written?.lines).toEqual(expect.arrayContaining(['cluster/flux.yaml:9   v2.7.3 → v2.9.2']))
    expect(written?.lines?.some((line) => line.startsWith('OCIRepository: 2 objects stored as v1beta2'))).toBe(true)
  })

  it('names what cannot go back, and how far', () => {
    const promotions = [{ crd: OCI, to: 'v1', lowest: '2.6.0' }]

    expect(part({ ...plan, promotions }, 'No way back')?.lines).toEqual([`${OCI}   is stored as v1, not below Flux 2.6.0`])
  })

  it('names the changes of the releases that concern objects of this cluster', () => {
    const fact = {
      minor: '2.9',
      title: 'strict substitution',
      breaks: 'unset variables fail',
      fix: 'give a default',
      source: 'https://fluxcd.io/blog',
      count: 3,
      objects: [{ where: 'Kustomization apps/web', what: 'TAG is not set' }],
    }

    const told = reviewPlan({ ...plan, facts: [fact], otherFacts: 12 } as UpgradePlan).parts

    expect(told).toContainEqual({
      title: 'Flux 2.9: strict substitution',
      says: ['unset variables fail', 'give a default'],
      lines: ['Kustomization apps/web   TAG is not set', 'and 2 more', 'https://fluxcd.io/blog'],
    })
    expect(told.at(-2)?.title).toBe('12 other changes of these releases: none concerns this cluster')
  })

  it('has lines of its own for a pull request, and the steps for a plan that is carried out', () => {
    const { forReview: _review, ...rest } = plan

    expect(describeForReader(plan)[0]).toBe('2.7.3 → 2.9.2 in one hop, by the merge of this pull request to main')
    expect(describeForReader(plan)).toContain('before the merge: nothing')
    expect(describeForReader(rest)[0]).toMatch(/^2\.7\.3 → 2\.9\.2 in one hop, \d+ steps/)
  })
})
