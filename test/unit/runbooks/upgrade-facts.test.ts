import { describe, expect, it } from 'vitest'
import { factLines } from '../../../runbooks/upgrade/describe-facts.ts'
import { plannedFacts } from '../../../runbooks/upgrade/facts.ts'
import { makePlan } from '../../../runbooks/upgrade/plan.ts'
import { planSchema } from '../../../runbooks/upgrade/plan-schema.ts'
import { FACTS, judge } from '../../../src/flux/catalogue/facts/index.ts'
import { flux } from '../flux/objects.ts'
import { contextOf, forbidden, world } from './outcomes/world.ts'

const rendered = (name: string) => (made: ReturnType<typeof world>) => made.put('HelmRelease', name, { spec: { postRenderers: [{}] } })

describe('the facts in a plan', () => {
  it('are those that concern this cluster, with the objects, and the others are counted', async () => {
    const made = world()
    rendered('web')(made)

    const plan = await makePlan(contextOf(made), made.input)

    expect(plan.facts?.map((fact) => [fact.id, fact.count])).toEqual([
      ['helm-health-by-kstatus', 1],
      ['post-render-strategy', 1],
    ])
    expect(plan.otherFacts).toBe(FACTS.length - 2)
    expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan)
  })

  it('are shown with the object, the fix and the source', async () => {
    const made = world()
    rendered('web')(made)

    const text = factLines(await makePlan(contextOf(made), made.input)).join('\n')

    expect(text).toContain('⚠ 2.9  hooks go through post-renderers')
    expect(text).toContain('HelmRelease flux-system/web: has postRenderers')
    expect(text).toMatch(/→ spec\.postRenderStrategy: nohooks/)
    expect(text).toContain('https://github.com/fluxcd/helm-controller/pull/1470')
    expect(text).toMatch(/\d+ more facts do not concern this cluster$/)
  })

  it('say what could not be known rather than leave it out', async () => {
    const made = world()
    made.put('Receiver', 'hook', { spec: { type: 'gcr', secretRef: { name: 'token' } } })
    made.kube.broken.set('secrets', forbidden('get secrets'))

    const plan = await makePlan(contextOf(made), made.input)

    expect(plan.facts).toMatchObject([{ id: 'gcr-receiver-claims', count: 0, unknown: expect.stringContaining('may not get secrets') }])
    expect(factLines(plan).join('\n')).toContain('? Secret flux-system/token')
  })

  it('name the first of very many objects and count all', () => {
    const objects = Array.from({ length: 120 }, (_, index) => flux('HelmRelease', `r${index}`, { spec: { postRenderers: [{}] } }))
    const fact = FACTS.filter((each) => each.id === 'post-render-strategy')
    const made = world()
    const deployments = [...made.kube.objects.values()].filter((each) => each.kind === 'Deployment')

    const planned = plannedFacts({ judged: judge({ objects, deployments, files: [], secrets: new Map(), records: new Map() }, fact) })

    expect(planned[0]?.objects).toHaveLength(50)
    expect(factLines({ facts: planned }).join('\n')).toContain('and 115 more')
  })

  it('are not there in a plan of before, which still parses', async () => {
    const made = world()
    const { facts: _facts, otherFacts: _others, ...old } = await makePlan(contextOf(made), made.input)

    expect(factLines(planSchema.parse(old))).toEqual([])
  })

  it('never hold what is in a Secret', async () => {
    const made = world()
    made.put('Receiver', 'hook', { spec: { type: 'gcr', secretRef: { name: 'token' } } })
    const metadata = { name: 'token', namespace: 'flux-system' }
    made.kube.put('secrets', { apiVersion: 'v1', kind: 'Secret', metadata, data: { token: 'aHVudGVyMg==' } })

    expect(JSON.stringify(await makePlan(contextOf(made), made.input))).not.toContain('aHVudGVyMg')
  })
})
