// Each fault alone, from the first state again: `npm run test:faults`. The short list that runs always is in test/runbooks/upgrade/faults.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { release } from '../../../src/flux/catalogue/index.ts'
import type { Faults } from '../../../src/sandbox/index.ts'
import type { Style } from '../../helpers/shared-sandbox.ts'
import { binariesOf, type FaultDesk, FROM, faultDesk, runIn, type Said, TO, type World } from '../../runbooks/upgrade/faults/desk.ts'
import { expectNothingRaw } from '../../runbooks/upgrade/faults/expect.ts'

interface Struck {
  /** Steps in which the API server goes away. */
  readonly restart: readonly string[]
  /** Steps whose start cannot be written down. */
  readonly noRoom: readonly string[]
  readonly crash: readonly string[]
}

const UNTIL_FETCHED = ['backup', 'migrate-storage', 'migrate-repository', 'pin', 'commit', 'push', 'sync-source']
const writes = (inPlace: string): string[] => [...UNTIL_FETCHED, inPlace, 'reconcile', 'report']

/**
 * All of them for one style that applies, for one that the Flux Operator keeps and for the one that Helm does; for the others those where they differ.
 *
 * Of the faults that are tried elsewhere on one style (test/runbooks/upgrade/faults), these have no row here. A lease that somebody holds, a wrong
 * context, a missing permission, a clone that is not clean or not pushed, a lost push: decided by checks and steps that know no style. A missing hop: the
 * planner knows CRDs, not who applies them. Force over CRDs: the operator applies with none, and nothing can set it
 * (controlplaneio-fluxcd/flux-operator, internal/controller/fluxinstance_controller.go: ApplyOptions without Force and without a selector for it).
 */
const STRUCK: Readonly<Record<Style, Struck>> = {
  pin: {
    restart: ['backup', 'migrate-storage', 'push', 'sync-source', 'apply', 'rollout', 'reconcile', 'verify'],
    noRoom: writes('apply'),
    crash: ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller'],
  },
  bootstrap: { restart: ['sync-source', 'apply', 'rollout'], noRoom: ['pin', 'push', 'apply'], crash: ['kustomize-controller'] },
  operator: {
    restart: ['backup', 'migrate-storage', 'push', 'sync-source', 'operator-applies', 'rollout', 'reconcile', 'verify'],
    noRoom: writes('operator-applies'),
    crash: ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller'],
  },
  // Here helm-controller hands the new version to the operator, and is replaced by it.
  'operator-helm': {
    restart: ['sync-source', 'operator-applies'],
    noRoom: ['pin', 'push', 'operator-applies'],
    crash: ['source-controller', 'helm-controller'],
  },
  // Here helm-controller replaces itself in the middle of its own upgrade.
  helm: {
    restart: ['backup', 'migrate-storage', 'push', 'sync-source', 'helm-applies', 'rollout', 'reconcile', 'verify'],
    noRoom: writes('helm-applies'),
    crash: ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller'],
  },
}

const tagOf = (component: string): string => release(TO).controllers.find((each) => each.component === component)?.tag ?? ''

export const faultSuite = (style: Style): void => {
  let desk: FaultDesk
  let before: World

  beforeAll(async () => {
    desk = await faultDesk(style)
  })
  beforeEach(async () => {
    await desk.reset()
    before = await desk.world()
  })
  afterAll(async () => desk?.release())

  test.each(STRUCK[style].restart)('outlives an API server that goes away in step %s', async (step) => {
    const said = await desk.upgrade([{ at: step, do: 'restart-api' }])

    const end = said.code === 0 ? said : await desk.fluxOps(['runs', 'resume', '--yes'])
    expect(end.text).toContain('upgrade done in')
    // kubectl knows no patience: apply alone may stop there, and goes on when it is taken up.
    expect(said.code === 0 || step === 'apply').toBe(true)
    await expectDone()
  })

  test.each(STRUCK[style].noRoom)(
    'does nothing of step %s when its start cannot be written down, and goes on once there is room',
    async (step) => {
      const said = await desk.upgrade([{ at: step, do: 'no-room' }])

      expect(said.stderr).toContain("the run's journal could not be written: EFBIG")
      expect(said.code).toBe(1)
      const run = (await desk.runs()).at(-1) ?? ''
      const started = (await desk.journal(run)).filter(({ event }) => event.type === 'step.started').map(({ event }) => event.id)
      expect(started).not.toContain(step)
      await expectNoEffectFrom(step)
      expect((await desk.fluxOps(['runs', 'resume', '--yes'])).text).toContain('upgrade done in')
      await expectDone()
    },
  )

  test.each<[NonNullable<Faults['push']> | 'cut-after', RegExp]>([
    ['reject', /push refused/],
    ['protected', /Protected branch/],
    ['cut', /cannot be reached|push to main/],
  ])('stops at a push that is met with %s, and ends with one commit once it is let through', async (push, words) => {
    await desk.faults({ push } as Faults)

    const said = await desk.upgrade()

    expect(said.text).toMatch(words)
    expect(said.code).toBe(1)
    expectNothingRaw(said)
    const world = await desk.world()
    expect([world.remoteHead, world.images]).toEqual([before.remoteHead, before.images])
    await desk.faults({})
    expect((await desk.fluxOps(['runs', 'resume', '--yes'])).text).toContain('upgrade done in')
    await expectDone()
  })

  test('is refused before anything is changed where the credentials may read and not push', async () => {
    await desk.faults({ push: 'unauthorised' })

    const said = await desk.upgrade()

    expect(said.text).toMatch(/✗ push-allowed/)
    expect(said.text).toMatch(/did not let us in/)
    expect(said.code).toBe(3)
    expectNothingRaw(said)
    expect(await desk.world()).toEqual(before)
    await desk.faults({})
  })

  test.each(['cut-after', 'slow'])('ends with one commit and one push when the push is met with %s', async (push) => {
    await desk.faults({ push, pushDelayMs: 6000 } as unknown as Faults)

    const said = await desk.upgrade()

    const end = said.code === 0 ? said : await desk.fluxOps(['runs', 'resume', '--yes'])
    expect(end.text).toContain('upgrade done in')
    await expectDone()
  })

  test.each(STRUCK[style].crash)('to a %s that crashes on its start is told early and rolled back', async (component) => {
    await desk.faults({ crash: [`${component}:${tagOf(component)}`] })

    const failed = await desk.upgrade()

    expect(failed.text).toContain(`${component}:${tagOf(component)} does not start: pod ${component}-`)
    expect(failed.text).toContain('ended right after its start')
    expect(failed.code).toBe(1)
    const back = await desk.fluxOps(['rollback', runIn(failed.text), '--yes'])
    expect(back.text).toContain('rollback done in')
    await expectBack(back)
  })

  test('that fails on a terminal offers the way back at once, and takes it at a yes', async () => {
    await desk.faults({ crash: [`source-controller:${tagOf('source-controller')}`] })

    const said = await desk.onTerminal(['upgrade', '--to', TO, '--yes'], 'Roll back now? [y/N]', 'y\n')

    expect(said.text).toContain('source-controller')
    expect(said.text).toContain('rollback done in')
    await expectBack(said)
  })

  async function expectDone(): Promise<void> {
    const world = await desk.world()
    expect(await desk.ourCommits()).toEqual([world.remoteHead])
    expect([world.head, world.status]).toEqual([world.remoteHead, ''])
    expect((await desk.git('rev-parse', 'HEAD^')).trim()).toBe(before.head)
    expect(await desk.binaries()).toEqual(binariesOf(TO))
    expect(Object.values(world.crds).join()).not.toMatch(/v1beta2|v2beta/)
  }

  async function expectBack(back: Said): Promise<void> {
    expect(back.code).toBe(0)
    expect(await desk.binaries()).toEqual(binariesOf(FROM))
    const world = await desk.world()
    expect(world.images).toEqual(before.images)
    expect([world.head, world.status]).toEqual([world.remoteHead, ''])
    expect(await desk.git('diff', '--stat', before.head, 'HEAD')).toBe('')
    expect(await desk.ourCommits()).toHaveLength(2)
  }

  /** What the step would have done, seen where it would show. */
  async function expectNoEffectFrom(step: string): Promise<void> {
    const world = await desk.world()
    const at = UNTIL_FETCHED.indexOf(step)
    const upTo = (last: string): boolean => at !== -1 && at <= UNTIL_FETCHED.indexOf(last)
    if (upTo('migrate-storage')) expect(world.crds).toEqual(before.crds)
    if (upTo('migrate-repository')) expect(world.status).toBe('')
    if (upTo('commit')) expect(world.head).toBe(before.head)
    if (upTo('push')) expect(world.remoteHead).toBe(before.remoteHead)
    if (upTo('push')) expect(world.images).toEqual(before.images)
  }
}
