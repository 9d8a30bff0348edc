import { describe, expect, it } from 'vitest'
import { FACTS, type FactWorld, factsOnTheWay, hasFact, judge, type ReleaseFact } from '../../../src/flux/catalogue/facts/index.ts'
import { minors, release, releases } from '../../../src/flux/catalogue/index.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { condition, deployment, flux, readyStatus } from './objects.ts'

const factOf = (id: string): ReleaseFact => {
  const found = FACTS.find((fact) => fact.id === id)
  if (!found) throw new Error(`no fact ${id}`)
  return found
}

const controllers = (version = '2.7.3', args: Record<string, string[]> = {}): KubeObject[] =>
  release(version).controllers.map(({ component, tag }) => {
    const object = deployment(component, tag)
    object.spec.template.spec.containers[0].args = args[component] ?? []
    return object
  })

const worldOf = (parts: Partial<FactWorld>): FactWorld => ({
  objects: [],
  deployments: controllers(),
  files: [],
  secrets: new Map(),
  records: new Map(),
  ...parts,
})

const concerned = (id: string, parts: Partial<FactWorld>): string[] =>
  judge(worldOf(parts), [factOf(id)]).flatMap(({ finding }) => finding.objects.map((object) => object.where))

describe('the facts of the releases', () => {
  it('have ids of their own and a public source', () => {
    expect(new Set(FACTS.map((fact) => fact.id)).size).toBe(FACTS.length)
    for (const { id, source } of FACTS) expect(source, id).toMatch(/^https:\/\/(github\.com|fluxcd\.io)\//)
  })

  it.each(FACTS.map((fact) => [fact.id, fact] as const))('%s is brought by the minor that it is filed under', (_id, { minor, range }) => {
    const [first] = releases().filter((version) => hasFact(range, version))

    expect(minors()).toContain(minor)
    expect(first?.startsWith(`${minor}.`)).toBe(true)
  })

  it.each(FACTS.filter((fact) => fact.range.until !== undefined).map((fact) => [fact.id, fact] as const))(
    '%s names the release that ends it as the catalogue has it',
    (_id, { title, fix, range }) => {
      const all = releases()
      const last = all.findLastIndex((version) => hasFact(range, version))
      const named = [...`${title} ${fix}`.matchAll(/\b(\d+\.\d+\.\d+)\b/g)].map((match) => match[1])

      expect(named).toContain(all[last + 1])
    },
  )

  it('say in a check title what is true when nobody is concerned, where they are dangerous enough to be a check', () => {
    for (const { id, severity, holds } of FACTS) expect(holds !== undefined, id).toBe(severity !== 'note')
  })

  it('concern nobody in an empty cluster', () => {
    expect(judge(worldOf({}), FACTS).filter(({ finding }) => finding.objects.length > 0 || finding.unknown !== undefined)).toEqual([])
  })

  it('are no longer met where the release that ends them is the target', () => {
    const ids = (from: string, ...stops: string[]): string[] => factsOnTheWay(from, stops).map((fact) => fact.id)

    expect(ids('2.5.1', '2.6.1')).toContain('git-ssh-host-keys')
    expect(ids('2.5.1', '2.6.4')).not.toContain('git-ssh-host-keys')
    expect(ids('2.5.1', '2.6.4')).toContain('provider-fits-registry')
    expect(ids('2.6.4', '2.7.3')).not.toContain('provider-fits-registry') // met long ago
  })

  it('are met at a stop on the way, although the target is past them', () => {
    expect(factsOnTheWay('2.6.4', ['2.7.3', '2.9.2']).map((fact) => fact.id)).toContain('retry-history')
    expect(factsOnTheWay('2.6.4', ['2.7.5', '2.9.2']).map((fact) => fact.id)).not.toContain('retry-history')
  })

  it('last where a version in their range goes on running', () => {
    expect(factsOnTheWay('2.8.0', ['2.8.1']).map((fact) => fact.id)).toContain('cancelled-releases-retry')
  })

  it('do not speak of a controller that does not run here', () => {
    const objects = [flux('HelmRelease', 'x', { spec: { postRenderers: [{}] } })]
    const without = controllers().filter((each) => each.metadata.name !== 'helm-controller')

    expect(concerned('post-render-strategy', { objects })).toHaveLength(1)
    expect(concerned('post-render-strategy', { objects, deployments: without })).toEqual([])
  })
})

describe('the fact', () => {
  it('object-metrics names the line of a query and not a comment', () => {
    const text = '# gotk_suspend_status\nexpr: max(gotk_reconcile_condition{status="False"}) > 0\n'

    expect(concerned('object-metrics', { files: [{ path: 'alerts.yaml', text }] })).toEqual(['alerts.yaml:2'])
    expect(concerned('object-metrics', { files: [{ path: 'alerts.yaml', text: 'expr: gotk_resource_info' }] })).toEqual([])
  })

  it('retry-history names releases with strategy RetryOnFailure', () => {
    const retrying = flux('HelmRelease', 'x', { spec: { upgrade: { strategy: { name: 'RetryOnFailure' } } } })

    expect(concerned('retry-history', { objects: [retrying, flux('HelmRelease', 'y')] })).toEqual(['HelmRelease flux-system/x'])
  })

  it('cancelled-health-check needs the gate of kustomize-controller, and the last one named counts', () => {
    const on = controllers('2.7.3', { 'kustomize-controller': ['--feature-gates=CancelHealthCheckOnNewRevision=true'] })
    const inTwoWords = controllers('2.7.3', { 'kustomize-controller': ['--feature-gates', 'CancelHealthCheckOnNewRevision=true'] })
    const off = controllers('2.7.3', {
      'kustomize-controller': [
        '--feature-gates=CancelHealthCheckOnNewRevision=true',
        '--feature-gates=CancelHealthCheckOnNewRevision=false',
      ],
    })

    for (const deployments of [on, inTwoWords])
      expect(concerned('cancelled-health-check', { deployments })).toEqual(['Deployment kustomize-controller'])
    expect(concerned('cancelled-health-check', { deployments: off })).toEqual([])
  })

  it('release-in-sync-unknown names a release that only says that it runs', () => {
    const stuck = flux('HelmRelease', 'x', {
      status: { conditions: [condition('Unknown', { message: "Running 'install' action with timeout of 5m0s" })] },
    })

    expect(concerned('release-in-sync-unknown', { objects: [stuck, flux('HelmRelease', 'y', { status: readyStatus() })] })).toHaveLength(1)
  })

  it('helm-health-by-kstatus leaves out releases that wait for nothing, and all of them with the gate of Helm 3', () => {
    const quiet = { install: { disableWait: true }, upgrade: { disableWait: true } }
    const chosen = { waitStrategy: { name: 'legacy' } }
    const objects = [
      flux('HelmRelease', 'waits'),
      flux('HelmRelease', 'quiet', { spec: quiet }),
      flux('HelmRelease', 'chosen', { spec: chosen }),
    ]
    const kept = controllers('2.8.8', { 'helm-controller': ['--feature-gates=UseHelm3Defaults=true'] })

    expect(concerned('helm-health-by-kstatus', { objects })).toEqual(['HelmRelease flux-system/waits'])
    expect(concerned('helm-health-by-kstatus', { objects, deployments: kept })).toEqual([])
  })

  it('helm-charts-with-tls names repositories with certificates alone', () => {
    const tls = { type: 'oci', certSecretRef: { name: 'ca' } }
    const objects = [
      flux('HelmRepository', 'a', { spec: tls }),
      flux('HelmRepository', 'b', { spec: { ...tls, secretRef: { name: 'x' } } }),
    ]

    expect(concerned('helm-charts-with-tls', { objects })).toEqual(['HelmRepository flux-system/a'])
  })

  it('failed-prunes-stay names Kustomizations that fail to prune', () => {
    const failing = flux('Kustomization', 'a', { status: { conditions: [condition('False', { reason: 'PruneFailed' })] } })

    expect(concerned('failed-prunes-stay', { objects: [failing, flux('Kustomization', 'b', { status: readyStatus() })] })).toEqual([
      'Kustomization flux-system/a',
    ])
  })

  it('helm-repository-oci names repositories of that type only', () => {
    const objects = [flux('HelmRepository', 'a', { spec: { type: 'oci' } }), flux('HelmRepository', 'b', { spec: { url: 'https://x' } })]

    expect(concerned('helm-repository-oci', { objects })).toEqual(['HelmRepository flux-system/a'])
  })

  it('post-renderers-and-hooks-2-8 names releases with postRenderers', () => {
    const objects = [flux('HelmRelease', 'a', { spec: { postRenderers: [{}] } }), flux('HelmRelease', 'b')]

    expect(concerned('post-renderers-and-hooks-2-8', { objects })).toEqual(['HelmRelease flux-system/a'])
  })

  it("post-render-strategy names releases that have a hook and a template of one name, by Helm's record", () => {
    const status = { history: [{ name: 'x', version: 1 }] }
    const objects = [
      flux('HelmRelease', 'a', { status }),
      flux('HelmRelease', 'b', { status, spec: { postRenderers: [{}] } }),
      flux('HelmRelease', 'c', { status }),
      flux('HelmRelease', 'd', { status, spec: { postRenderStrategy: 'nohooks' } }),
    ]
    const twice = { twice: ['ServiceAccount web'] }
    const records = new Map([
      ['flux-system/a', twice],
      ['flux-system/b', twice],
      ['flux-system/c', { twice: [] }],
      ['flux-system/d', twice],
    ])

    const [judged] = judge(worldOf({ objects, records }), [factOf('post-render-strategy')])

    expect(judged?.finding.objects).toEqual([
      { where: 'HelmRelease flux-system/a', what: 'has a hook and a template of one name: ServiceAccount web' },
      {
        where: 'HelmRelease flux-system/b',
        what: 'has postRenderers and no postRenderStrategy; has a hook and a template of one name: ServiceAccount web',
      },
    ])
    expect(
      factOf('post-render-strategy')
        .records?.(objects)
        .map((each) => each.metadata.name),
    ).toEqual(['a', 'b', 'c'])
  })

  it('post-render-strategy does not know of releases whose record cannot be read, and names the first of many', () => {
    const names = Array.from({ length: 7 }, (_, index) => `r${index}`)
    const objects = names.map((name) => flux('HelmRelease', name, { status: { history: [{}] } }))
    const records = new Map(names.map((name) => [`flux-system/${name}`, { unread: 'you may not get secrets' }]))

    const [judged] = judge(worldOf({ objects, records }), [factOf('post-render-strategy')])

    expect(judged?.finding.unknown).toMatch(/^Helm's record of HelmRelease flux-system\/r0: you may not get secrets; .*r4.*; and 2 more$/)
  })

  it('commit-status-lost names providers that write the status of commits', () => {
    const objects = [flux('Provider', 'a', { spec: { type: 'github' } }), flux('Provider', 'b', { spec: { type: 'slack' } })]

    expect(concerned('commit-status-lost', { objects })).toEqual(['Provider flux-system/a'])
  })

  it('gcr-receiver-claims tells a Secret that is not there from one that cannot be read', () => {
    const objects = [flux('Receiver', 'hook', { spec: { type: 'gcr', secretRef: { name: 'token' } } })]
    const judged = (look: { missing: true } | { unread: string }) =>
      judge(worldOf({ objects, secrets: new Map([['flux-system/token', look]]) }), [factOf('gcr-receiver-claims')])[0]?.finding

    expect(judged({ missing: true })?.objects[0]?.what).toContain('does not exist')
    expect(judged({ unread: 'forbidden' })).toMatchObject({ objects: [], unknown: expect.stringContaining('forbidden') })
  })

  it.each([
    ['OCIRepository', { provider: 'gcp', url: 'oci://europe-docker.pkg.dev/p/r' }, true],
    ['OCIRepository', { provider: 'gcp', url: 'oci://ghcr.io/p/r' }, false],
    ['OCIRepository', { provider: 'aws', url: 'oci://public.ecr.aws/x/y' }, true],
    ['OCIRepository', { provider: 'azure', url: 'oci://mine.azurecr.io/x' }, true],
    ['OCIRepository', { provider: 'azure', url: 'oci://azurecr.io.evil.example/x' }, false],
    ['ImageRepository', { provider: 'aws', image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/x' }, true],
    ['ImageRepository', { provider: 'aws', image: 'docker.io/x' }, false],
    ['HelmRepository', { provider: 'aws', type: 'oci', url: 'oci://ghcr.io/x' }, false],
    ['HelmRepository', { provider: 'aws', url: 'https://charts.example' }, true],
    ['OCIRepository', { url: 'oci://ghcr.io/x' }, true],
  ])('provider-fits-registry takes %s %o: %s', (kind, spec, fits) => {
    expect(concerned('provider-fits-registry', { objects: [flux(kind, 'x', { spec })] })).toHaveLength(fits ? 0 : 1)
  })
})
