import { describe, expect, test } from 'vitest'
import { type Diagnosis, diagnosisOf, ringOf } from '../../../src/diagnosis/diagnose.ts'
import { type Box, type Picture, pictureOf } from '../../../src/diagnosis/picture.ts'
import { type World, worldOf } from '../../../src/diagnosis/world.ts'
import { dependsOn, diagnosed, not, object, suspended } from './objects.ts'
import { storm } from './storm.ts'

const ROOM = { boxes: 24, deep: 4 }
const WIDE = { boxes: 1000, deep: 1000 }

const source = object('GitRepository', 'flux-system/home-ops')
const from = { sourceRef: { kind: 'GitRepository', name: 'home-ops', namespace: 'flux-system' } }
const kustomization = (id: string, spec: object = {}) => object('Kustomization', id, { ...from, ...spec })
const waits = (id: string, ...on: string[]) => not(kustomization(id, dependsOn(...on)), 'DependencyNotReady', 'dependency is not ready')
const broken = (id: string) => not(kustomization(id), 'BuildFailed', 'kustomize build failed')

const GONE = 'Source is not ready, artifact not found, retrying in 30s'

const brief = ({ id, causes, objects }: Box): string => `${id} ${causes.join()} ${objects.length}`
const briefs = ({ boxes }: Picture): string[] => boxes.map(brief)
const arrows = (picture: Picture): string[] => picture.arrows.map(({ from: one, to, count }) => `${one} ${to} ${count}`)

describe('the picture of a diagnosis', () => {
  test('has the causes in front, by their numbers in the list, and behind each what waits for it', () => {
    const diagnosis = diagnosed([
      source,
      broken('a/one'),
      broken('a/two'),
      waits('a/x', 'two'),
      waits('a/y', 'x'),
      waits('a/z', 'one', 'two'),
    ])

    const picture = pictureOf(diagnosis, WIDE)

    expect(picture.boxes.slice(0, 2).map(({ objects }) => objects)).toEqual(diagnosis.causes.map((cause) => [cause.object]))
    expect(picture.boxes.map(({ id, role, causes, objects }) => [id, role, causes, objects[0]])).toEqual([
      ['c1', 'cause', [1], 'Kustomization a/two'],
      ['c2', 'cause', [2], 'Kustomization a/one'],
      ['w1', 'waiting', [1], 'Kustomization a/x'],
      ['w2', 'waiting', [1], 'Kustomization a/y'],
      ['w3', 'waiting', [1, 2], 'Kustomization a/z'],
    ])
    expect(arrows(picture)).toEqual(['c1 w1 1', 'w1 w2 1', 'c2 w3 1', 'c1 w3 1'])
  })

  test('leaves out an arrow that only repeats what a longer way says', () => {
    const picture = pictureOf(diagnosed([source, broken('a/one'), waits('a/x', 'one'), waits('a/y', 'x', 'one')]), WIDE)

    expect(arrows(picture)).toEqual(['c1 w1 1', 'w1 w2 1'])
  })

  test('folds a chain into one box that says how long it is', () => {
    const chain = Array.from({ length: 200 }, (_, at) => waits(`a/k${at + 1}`, `k${at}`))

    const picture = pictureOf(diagnosed([source, broken('a/k0'), ...chain]), ROOM)

    expect(briefs(picture)).toEqual(['c1 1 1', 'w1 1 200'])
    expect(picture.boxes[1]?.deep).toBe(200)
  })

  test('folds what waits by namespace and kind, and says how many wait', () => {
    const failing = not(source, 'GitOperationFailed', 'connection refused')
    const empty = (id: string) => not(kustomization(id), 'ArtifactFailed', 'Source is not ready, artifact not found')
    const all = ['a', 'b'].flatMap((namespace) => Array.from({ length: 20 }, (_, at) => empty(`${namespace}/k${at}`)))

    const picture = pictureOf(diagnosed([failing, ...all]), ROOM)

    expect(briefs(picture)).toEqual(['c1 1 1', 'w1 1 20', 'w2 1 20'])
    expect(arrows(picture)).toEqual(['c1 w1 20', 'c1 w2 20'])
  })

  test('folds namespaces into one where there are too many, and keeps the largest apart', () => {
    const failing = not(source, 'GitOperationFailed', 'connection refused')
    const empty = (id: string) => not(kustomization(id), 'ArtifactFailed', 'Source is not ready, artifact not found')
    const all = Array.from({ length: 200 }, (_, at) => empty(`team-${at}/a`))

    const picture = pictureOf(diagnosed([failing, empty('team-7/b'), ...all]), ROOM)

    expect(picture.boxes).toHaveLength(8)
    expect(picture.boxes.map(({ objects }) => objects.length).sort((a, b) => a - b)).toEqual([1, 1, 1, 1, 1, 1, 2, 194])
  })

  test('shows a circle as one box with the way round', () => {
    const picture = pictureOf(diagnosed([source, waits('a/a', 'c'), waits('a/b', 'a'), waits('a/c', 'b'), waits('a/d', 'a')]), ROOM)

    expect(briefs(picture)).toEqual(['c1 1 3', 'w1 1 1'])
    expect(picture.boxes[0]?.ring.map((label) => label.slice(-1)).join('')).toMatch(/^(acb|cba|bac)$/)
  })

  test('goes round a circle only by what really waits, where the way comes back to its middle', () => {
    const on = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b', 'a']],
    ])

    expect(ringOf(['a', 'b', 'c'], on)).toEqual(['b', 'c'])
    expect(ringOf(['c', 'b', 'a'], on)).toEqual(['c', 'b'])
  })

  test('marks what is suspended and what is under way, where others wait for it', () => {
    const slow = kustomization('a/slow')
    const moving = { ...slow, metadata: { ...slow.metadata, generation: 2 } }

    const picture = pictureOf(
      diagnosed([
        source,
        suspended(broken('a/old')),
        waits('a/x', 'old'),
        moving,
        waits('a/y', 'slow'),
        suspended(kustomization('a/idle')),
      ]),
      ROOM,
    )

    expect(picture.boxes.map(({ role, suspended: paused, behindMoving, objects }) => [role, paused, behindMoving, objects[0]])).toEqual([
      ['cause', true, false, 'Kustomization a/old'],
      ['moving', false, false, 'Kustomization a/slow'],
      ['waiting', false, false, 'Kustomization a/x'],
      ['waiting', false, true, 'Kustomization a/y'],
    ])
    expect(picture.suspended).toEqual(['Kustomization a/idle'])
  })

  test('gives the first causes boxes of their own, and the others one box', () => {
    const all = Array.from({ length: 40 }, (_, at) => broken(`a/k${at}`))

    const { boxes } = pictureOf(diagnosed([source, ...all]), ROOM)

    expect(boxes).toHaveLength(19)
    expect(boxes.at(-1)?.causes).toEqual(Array.from({ length: 22 }, (_, at) => at + 19))
  })

  test('does not count as ready what is a cause by the account of others', () => {
    const stored = object('GitRepository', 'a/src', {}, { artifact: { lastUpdateTime: '2026-11-22T02:40:00Z' } })
    const asking = not(kustomization('a/app', { sourceRef: { kind: 'GitRepository', name: 'src' } }), 'ArtifactFailed', GONE)

    const picture = pictureOf(diagnosed([stored, asking, kustomization('a/other')]), ROOM)

    expect(briefs(picture)).toEqual(['c1 1 1', 'w1 1 1'])
    expect(picture.ready).toBe(1)
  })

  test('has no box where nothing is wrong', () => {
    expect(pictureOf(diagnosed([source, kustomization('a/a')]), ROOM)).toMatchObject({ boxes: [], arrows: [], ready: 2 })
  })
})

describe('storms', () => {
  const seeds = Array.from({ length: 30 }, (_, at) => at + 200)
  const pictures = seeds.map((seed): { seed: number; world: World; diagnosis: Diagnosis; picture: Picture } => {
    const world = worldOf(storm(seed, { objects: 400, causes: seed % 13 }).snapshot)
    const diagnosis = diagnosisOf(world)
    return { seed, world, diagnosis, picture: pictureOf(diagnosis, ROOM) }
  })

  test('every object is ready, suspended, under way or in exactly one box', () => {
    for (const { seed, world, diagnosis, picture } of pictures) {
      // A controller that is down has a box, and is no object of Flux.
      const boxed = picture.boxes.flatMap(({ objects }) => objects).filter((label) => !label.startsWith('Deployment '))
      const all = [...boxed, ...picture.moving, ...picture.suspended]

      expect(new Set(all).size, `storm ${seed}`).toBe(all.length)
      expect(all.length + picture.ready, `storm ${seed}`).toBe(diagnosis.objects)
      const ready = [...world.sightings.values()].filter(({ verdict: { state } }) => state === 'ready' || state === 'static')
      expect(picture.ready, `storm ${seed}`).toBe(ready.filter(({ label }) => !boxed.includes(label)).length)
    }
  })

  test('what a cause blocks is behind its box, and nothing else is', () => {
    for (const { seed, diagnosis, picture } of pictures) {
      const single = picture.boxes.filter(({ role, causes }) => role === 'cause' && causes.length === 1)
      for (const { id, causes } of single) {
        const behind = new Set([id])
        for (const { id: box } of picture.boxes)
          if (picture.arrows.some(({ from: one, to }) => to === box && behind.has(one))) behind.add(box)
        const objects = new Set(picture.boxes.filter((box) => behind.has(box.id)).flatMap((box) => box.objects))
        const blocks = diagnosis.causes[(causes[0] ?? 0) - 1]?.blocks ?? []

        expect(
          blocks.filter((label) => !objects.has(label)),
          `storm ${seed}`,
        ).toEqual([])
      }
    }
  })

  test('no box waits for one that comes after it, so there are no circles', () => {
    for (const { seed, picture } of pictures) {
      const place = new Map(picture.boxes.map(({ id }, at) => [id, at]))

      expect(
        picture.arrows.filter(({ from: one, to }) => (place.get(one) ?? 0) >= (place.get(to) ?? 0)),
        `storm ${seed}`,
      ).toEqual([])
    }
  })

  test('the room is kept, and the same diagnosis gives the same picture', () => {
    for (const { seed, diagnosis, picture } of pictures) {
      expect(picture.boxes.filter(({ role }) => role === 'waiting').length, `storm ${seed}`).toBeLessThanOrEqual(ROOM.boxes)
      expect(pictureOf(structuredClone(diagnosis), ROOM)).toEqual(picture)
    }
  })
})
