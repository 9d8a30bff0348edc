import { describe, expect, test } from 'vitest'
import { type Change, changesOf } from '../../../../src/cli/status/changes.ts'
import type { Reading } from '../../../../src/cli/status/read.ts'
import { cause, notReady, reading } from './statuses.ts'

const told = (before: Reading, after: Reading): string[] =>
  changesOf(before, after).map(({ what, object, from, to, says }: Change) => `${what} ${object} ${from} > ${to}: ${says}`)

describe('between two looks', () => {
  test('nothing is told where nothing became different', () => {
    const same = { causes: [cause('Kustomization a/b')], notReady: [notReady('a/b')] }

    expect(told(reading(same), reading(same))).toEqual([])
  })

  test('a new cause comes first, with what it blocks, then what became of objects, then how many', () => {
    const after = reading({ causes: [cause('Kustomization a/b', { blocks: 3 })], notReady: [notReady('a/b')] })

    expect(told(reading({}, ['Kustomization a/b']), after)).toEqual([
      'cause Kustomization a/b null > build-failed: kustomize cannot build ./apps; blocks 3',
      'object Kustomization a/b null > failed: failed BuildFailed it does not build',
      'count  0 of 20 not ready > 1 of 20 not ready: 1 of 20 not ready, before 0 of 20 not ready',
    ])
  })

  test('one that is well again is told from one that is gone, and from one that was suspended', () => {
    const before = reading({ notReady: [notReady('a/well'), notReady('a/gone')] })

    expect(told(before, reading({}, ['Kustomization a/well'])).slice(0, 2)).toEqual([
      'object Kustomization a/well failed > ready: ready',
      'object Kustomization a/gone failed > gone: gone',
    ])
  })

  test('of what could not be seen nothing is told as gone', () => {
    const before = reading({ causes: [cause('Kustomization a/b')], notReady: [notReady('a/b')] })
    const after = reading({ unseen: [{ what: 'Kustomization', why: 'not allowed', kind: 'Kustomization' }] })

    expect(told(before, after).filter((line) => !line.startsWith('count'))).toEqual([])
  })

  test('a controller that rolls, and another release, are told', () => {
    const [one] = reading().status.controllers
    if (one === undefined) throw new Error('no controller')
    const flux = { ...reading().status.flux, version: '2.9.2' }

    expect(told(reading(), reading({ flux, controllers: [{ ...one, ready: 0, rollout: 'rolling' }] }))).toEqual([
      'flux  2.7.3 > 2.9.2: Flux 2.9.2, before 2.7.3',
      'controller kustomize-controller rolled-out > rolling: kustomize-controller:v1.7.2, 0/1 ready, rolling',
    ])
  })

  test('a key whose backup went stale is told', () => {
    const key = { secret: 'flux-system/sops', usedBy: [], backupAt: '2026-11-01T00:00:00Z', drillAt: null, warning: null }

    expect(told(reading({ keys: [key] }), reading({ keys: [{ ...key, warning: 'its keys were changed' }] }))).toEqual([
      'key flux-system/sops well > its keys were changed: its keys were changed',
    ])
  })
})
