import { expect, test } from 'vitest'
import { type Layer, resumeLayers } from '../../../../src/actions/suspension/order.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { flux } from '../../flux/objects.ts'

const from = { sourceRef: { kind: 'GitRepository', name: 'src' } }
const source = flux('GitRepository', 'src')
const on = (...names: string[]) => ({ dependsOn: names.map((name) => ({ name })) })
const kustomization = (name: string, spec: object = {}, applies: string[] = []): KubeObject =>
  flux('Kustomization', name, {
    spec: { ...from, ...spec },
    status: { inventory: { entries: applies.map((one) => ({ id: `flux-system_${one}`, v: 'v1' })) } },
  })

const ks = (name: string): string => `Kustomization flux-system/${name}`
const entry = (name: string): string => `${name}_kustomize.toolkit.fluxcd.io_Kustomization`
const SOURCE = 'GitRepository flux-system/src'

const layers = (objects: readonly KubeObject[], chosen: readonly string[]): Layer[] => resumeLayers(objects, chosen)
const same = (...labels: string[]): Layer => ({ resume: labels, prove: labels })

test('a source comes before what it feeds', () => {
  expect(layers([kustomization('a'), source], [ks('a'), SOURCE])).toEqual([same(SOURCE), same(ks('a'))])
})

test('what is depended on comes first', () => {
  const objects = [kustomization('a', on('b')), kustomization('b', on('c')), kustomization('c')]

  expect(layers(objects, ['a', 'b', 'c'].map(ks))).toEqual([same(ks('c')), same(ks('b')), same(ks('a'))])
})

test('what is not chosen stands in no layer, and leads the order through', () => {
  const objects = [kustomization('a', on('b')), kustomization('b', on('c')), kustomization('c')]

  expect(layers(objects, [ks('a'), ks('c')])).toEqual([same(ks('c')), same(ks('a'))])
})

test('what applies an object is proven before that object is let go', () => {
  const objects = [kustomization('child'), kustomization('root', {}, [entry('child')])]

  expect(layers(objects, [ks('child'), ks('root')])).toEqual([same(ks('root')), same(ks('child'))])
})

test('what applies an object by way of another is let go before it', () => {
  const objects = [kustomization('child'), kustomization('between', {}, [entry('child')]), kustomization('root', {}, [entry('between')])]

  expect(layers(objects, [ks('child'), ks('root')])).toEqual([same(ks('root')), same(ks('child'))])
})

test('what waits for the health of an object that it applies is let go before it, and proven with it', () => {
  const objects = [kustomization('child'), kustomization('root', { wait: true }, [entry('child')])]

  expect(layers(objects, [ks('child'), ks('root')])).toEqual([
    { resume: [ks('root')], prove: [] },
    { resume: [ks('child')], prove: [ks('child'), ks('root')] },
  ])
})

test('what depends on one that waits comes after all that it waits for', () => {
  const objects = [
    kustomization('one'),
    kustomization('two', on('one')),
    kustomization('root', { wait: true }, [entry('one'), entry('two')]),
    kustomization('next', on('root')),
  ]

  const found = layers(objects, ['one', 'two', 'root', 'next'].map(ks))

  expect(found.map(({ resume }) => resume)).toEqual([[ks('root')], [ks('one')], [ks('two')], [ks('next')]])
  expect(found.map(({ prove }) => prove)).toEqual([[], [ks('one')], [ks('root'), ks('two')], [ks('next')]])
})

test('one that applies itself waits for nobody', () => {
  expect(layers([kustomization('root', { wait: true }, [entry('root')])], [ks('root')])).toEqual([same(ks('root'))])
})

test('members of a circle are in the order all the same, each once', () => {
  const objects = [kustomization('a', on('b')), kustomization('b', on('a')), kustomization('c', on('a')), kustomization('d')]

  const found = layers(objects, ['a', 'b', 'c', 'd'].map(ks))

  expect(found[0]?.resume).toEqual([ks('d')])
  expect(found.flatMap(({ resume }) => resume).sort()).toEqual(['a', 'b', 'c', 'd'].map(ks))
  expect(found.flatMap(({ prove }) => prove).sort()).toEqual(['a', 'b', 'c', 'd'].map(ks))
})

test('a dependency that is not there does not stop the order', () => {
  expect(layers([kustomization('a', on('gone'))], [ks('a'), ks('unknown')])).toEqual([same(ks('a'))])
})

test('a chain of 2,000 that is given in the worst order takes no time to speak of', () => {
  const chain = Array.from({ length: 2000 }, (_, at) => kustomization(`k${at}`, at === 1999 ? {} : on(`k${at + 1}`)))

  const found = layers(
    chain,
    chain.map(({ metadata }) => ks(metadata.name)),
  )

  expect(found).toHaveLength(2000)
  expect(found[0]).toEqual(same(ks('k1999')))
})
