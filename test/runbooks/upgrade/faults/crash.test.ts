// A controller of the target that ends right after its start: told early with its last words, and taken back without it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { release } from '../../../../src/flux/catalogue/index.ts'
import { binariesOf, type FaultDesk, FROM, faultDesk, runIn, type Said, TO, type World } from './desk.ts'

const component = 'source-controller'
const tag = release(TO).controllers.find((each) => each.component === component)?.tag

describe(`an upgrade to a ${component} that crashes on its start`, () => {
  let desk: FaultDesk
  let before: World
  let failed: Said
  let run: string
  let seconds: number

  beforeAll(async () => {
    desk = await faultDesk('pin')
    before = await desk.world()
    await desk.faults({ crash: [`${component}:${tag}`] })
    const start = performance.now()
    failed = await desk.upgrade()
    seconds = (performance.now() - start) / 1000
    run = runIn(failed.text)
  })
  afterAll(async () => desk?.release())

  test('fails long before its timeout, with the image, the pod and the last lines of its log', async () => {
    expect(failed.text).toContain(`${component}:${tag} does not start: pod ${component}-`)
    expect(failed.text).toMatch(/CrashLoopBackOff after \d+ restarts/)
    expect(failed.text).toContain('ended right after its start')
    expect(failed.code).toBe(1)
    expect(seconds).toBeLessThan(200)
  })

  test('offers the rollback by name', async () => {
    expect(failed.text).toContain(`→ flux-ops rollback ${run}`)
  })

  test('is rolled back: verified on the old version, with its binaries, and git reverted and pushed', async () => {
    const back = await desk.fluxOps(['rollback', run, '--yes'])

    expect(back.text).toContain('rollback done in')
    expect(back.code).toBe(0)
    expect(await desk.binaries()).toEqual(binariesOf(FROM))
    const world = await desk.world()
    expect(world.images).toEqual(before.images)
    expect([world.head, world.status]).toEqual([world.remoteHead, ''])
    expect(await desk.git('diff', '--stat', before.head, 'HEAD')).toBe('')
    expect(await desk.ourCommits()).toHaveLength(2)
    const proof = (await desk.journal(runIn(back.text))).find(({ event }) => event.type === 'step.finished' && event.id === 'verify')
    expect(proof).toMatchObject({ event: { facts: { version: FROM } } })
  })
})
