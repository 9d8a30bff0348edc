import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reconcileOrder } from '../../../src/flux/graph.ts'
import { flux } from './objects.ts'

const ks = (name: string, ...dependsOn: string[]) =>
  flux('Kustomization', name, { spec: { dependsOn: dependsOn.map((each) => ({ name: each })) } })

describe('the reconcile order', () => {
  it('has sources first, dependencies before what depends on them, notifications last', () => {
    const objects = [flux('Receiver', 'hook'), ks('apps', 'infra'), ks('infra'), flux('HelmChart', 'web'), flux('GitRepository', 'fleet')]

    const names = reconcileOrder(objects).order.map((object) => object.metadata.name)

    expect(names).toEqual(['fleet', 'web', 'infra', 'apps', 'hook'])
  })

  it('takes dependencies in another namespace, and of the same kind only', () => {
    const other = flux('Kustomization', 'infra', { namespace: 'base' })
    const apps = flux('Kustomization', 'apps', { spec: { dependsOn: [{ name: 'infra', namespace: 'base' }] } })

    const { order, missing } = reconcileOrder([apps, other, flux('HelmRelease', 'infra', { namespace: 'base' })])

    expect(order.map((object) => object.metadata.name)).toEqual(['infra', 'infra', 'apps'])
    expect(missing).toEqual([])
  })

  it('tells a cycle and still orders everything else', () => {
    const { order, cycles } = reconcileOrder([ks('a', 'b'), ks('b', 'c'), ks('c', 'a'), ks('free'), ks('behind', 'a')])

    expect(cycles).toEqual([
      ['Kustomization flux-system/a', 'Kustomization flux-system/b', 'Kustomization flux-system/c', 'Kustomization flux-system/a'],
    ])
    expect(order.map((object) => object.metadata.name)[0]).toBe('free')
    expect(order).toHaveLength(5)
  })

  it('tells a dependency on itself and one on nothing', () => {
    const { cycles, missing } = reconcileOrder([ks('self', 'self'), ks('lost', 'gone')])

    expect(cycles).toEqual([['Kustomization flux-system/self', 'Kustomization flux-system/self']])
    expect(missing).toEqual([{ from: 'Kustomization flux-system/lost', to: 'Kustomization flux-system/gone' }])
  })

  it('is not upset by a dependsOn of the wrong shape', () => {
    const objects = [
      flux('Kustomization', 'a', { spec: { dependsOn: 'b' } }),
      flux('Kustomization', 'b', { spec: { dependsOn: [null, { name: 4 }] } }),
    ]

    expect(reconcileOrder(objects).order).toHaveLength(2)
  })

  it('holds every object once, and each after what it depends on unless a cycle is in the way', () => {
    const graph = fc
      .integer({ min: 1, max: 12 })
      .chain((size) => fc.array(fc.array(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }))

    fc.assert(
      fc.property(graph, (edges) => {
        const objects = edges.map((to, index) => ks(`k${index}`, ...to.map((each) => `k${each}`)))
        const { order, cycles } = reconcileOrder(objects)
        const at = new Map(order.map((object, index) => [object.metadata.name, index]))
        expect(at.size).toBe(objects.length)
        expect(order).toHaveLength(objects.length)
        const backwards = edges.some((to, index) => to.some((each) => (at.get(`k${each}`) ?? 0) >= (at.get(`k${index}`) ?? 0)))
        expect(backwards).toBe(cycles.length > 0)
      }),
      { numRuns: 500 },
    )
  })

  it('orders thousands of objects in no time', () => {
    const chain = Array.from({ length: 5000 }, (_, index) => ks(`k${index}`, ...(index === 0 ? [] : [`k${index - 1}`])))

    const started = performance.now()
    reconcileOrder(chain.reverse())

    expect(performance.now() - started).toBeLessThan(5000)
  })
})
