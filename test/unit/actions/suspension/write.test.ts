// Each object is written once, in the state in which it was judged, whoever else writes at the same time.
import { expect, test } from 'vitest'
import { type Target, targetOf } from '../../../../src/actions/suspension/target.ts'
import { assertNoneLeft, type Change, changeAll } from '../../../../src/actions/suspension/write.ts'
import { maySuspend, type Note, suspendBody } from '../../../../src/flux/suspension-changes.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { flux } from '../../flux/objects.ts'
import { conflict, FakeKube, fakeContext } from '../fakes.ts'

const NOTE: Note = { owner: 'you', reason: 'disk', at: '2026-11-22T03:00:00Z', until: null, run: 'run-1' }

const release = (name: string, spec: object = {}): KubeObject => {
  const object = flux('HelmRelease', name, { spec: { ...spec } })
  return { ...object, metadata: { ...object.metadata, uid: `uid-${name}`, resourceVersion: '1' } }
}

const target = (object: KubeObject): Target => targetOf(object, '2026-11-22T03:00:00Z') as Target

const change: Change = {
  done: 'suspended',
  suspends: () => true,
  decide: (one, live) => maySuspend(one, live, 'run-1'),
  body: (live, one) => suspendBody(live, one.switch, NOTE),
}

/** Writes take effect, as far as these tests look. */
function cluster(...objects: KubeObject[]): FakeKube {
  const kube = new FakeKube()
  for (const object of objects) kube.put('helmreleases', object)
  kube.onPatch = ({ name }) => suspendIn(kube, name.name)
  return kube
}

const suspendIn = (kube: FakeKube, name: string): void => {
  const [, object] = [...kube.objects].find(([key]) => key.endsWith(`/${name}`)) ?? []
  if (object !== undefined) kube.put('helmreleases', { ...object, spec: { suspend: true } })
}

test('an object that somebody else changed in between is read and judged anew', async () => {
  const kube = cluster(release('plex'))
  let first = true
  kube.onPatch = () => {
    if (!first) return suspendIn(kube, 'plex')
    first = false
    kube.put('helmreleases', { ...release('plex'), metadata: { ...release('plex').metadata, resourceVersion: '2' } })
    throw conflict()
  }

  const changed = await changeAll(fakeContext({ kube }), [target(release('plex'))], change)

  expect(changed.written).toEqual(['HelmRelease flux-system/plex'])
  expect(kube.patches.map(({ body }) => body)).toMatchObject([{ metadata: { resourceVersion: '2' } }])
})

test('an object that somebody else suspended in between stays theirs', async () => {
  const kube = cluster(release('plex'))
  kube.onPatch = () => {
    kube.put('helmreleases', release('plex', { suspend: true }))
    throw conflict()
  }

  const changed = await changeAll(fakeContext({ kube }), [target(release('plex'))], change)

  expect(changed.left).toMatchObject([{ object: 'HelmRelease flux-system/plex' }])
  expect(() => assertNoneLeft(changed, 'suspended')).toThrow(expect.objectContaining({ code: 'changed-since-plan', exit: 'partial' }))
})

test('an object that is deleted in between is gone, and no error', async () => {
  const kube = cluster(release('plex'))
  kube.onPatch = () => {
    kube.objects.clear()
    throw new Error('404')
  }

  expect(await changeAll(fakeContext({ kube }), [target(release('plex'))], change)).toMatchObject({
    gone: ['HelmRelease flux-system/plex'],
  })
})

test('a field that the API server drops is an error, and not a success', async () => {
  const kube = cluster(release('plex'))
  kube.onPatch = () => undefined

  await expect(changeAll(fakeContext({ kube }), [target(release('plex'))], change)).rejects.toMatchObject({ code: 'suspend-not-kept' })
})

test('one that fails does not keep the others from being tried', async () => {
  const names = ['a', 'b', 'c']
  const kube = cluster(...names.map((name) => release(name)))
  kube.onPatch = ({ name }) => {
    if (name.name === 'a') throw new Error('no')
    suspendIn(kube, name.name)
  }

  const running = changeAll(
    fakeContext({ kube }),
    names.map((name) => target(release(name))),
    change,
  )

  await expect(running).rejects.toThrow('no')
  expect(kube.patches.map(({ name }) => name.name)).toEqual(['b', 'c'])
})

test('an interrupt stops what is begun, and not what takes back', async () => {
  const kube = cluster(release('plex'))
  const ctx = { ...fakeContext({ kube }), signal: AbortSignal.abort(new Error('stopped')) }

  await expect(changeAll(ctx, [target(release('plex'))], change)).rejects.toThrow('stopped')
  expect((await changeAll(ctx, [target(release('plex'))], change, { evenWhenStopped: true })).written).toHaveLength(1)
})

test('who is never let through gives up, and says that it is a conflict', async () => {
  const kube = cluster(release('plex'))
  kube.onPatch = () => {
    throw conflict()
  }

  await expect(changeAll(fakeContext({ kube }), [target(release('plex'))], change)).rejects.toMatchObject({ code: 'kube-conflict' })
})
