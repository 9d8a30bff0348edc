// A few of the tests of suspend and resume. All of them: npm run test:faults -- suspension.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { SuspensionDesk } from './desk.ts'
import { FLOWS, FREE, NOTES, STILL, takenBack, takenUp } from './killed.ts'

let desk: SuspensionDesk

beforeAll(async () => {
  desk = await SuspensionDesk.open('2.7.3')
})
afterAll(() => desk?.close())
beforeEach(() => desk.free('src', 'a', 'b', 'c'))

const ALL = ['src', 'a', 'b', 'c']
const flow = (name: string) => FLOWS.find((one) => one.name === name) as (typeof FLOWS)[number]

test('who suspended an object, why and until when is told by status and recover', async () => {
  const dry = await desk.flux('suspend', desk.name('c'), '--reason', 'disk', '--for', '4h', '--dry-run')
  const untouched = await desk.look('c')

  const said = await desk.flux('suspend', desk.name('c'), '--reason', 'disk', '--for', '4h', '--yes')

  expect([dry.code, said.code]).toEqual([0, 0])
  expect(untouched).toEqual(FREE)
  const line = new RegExp(`Kustomization ${desk.place.namespace}/c  for under a minute, by tester@\\S+: disk; until 20`)
  expect((await desk.flux('status')).stdout).toMatch(line)
  expect((await desk.flux('recover')).stdout).toMatch(line)
})

test('a resume goes in the order of what needs what, stops at what is not Ready, and is taken back as it was', async () => {
  await Promise.all(ALL.map((name) => desk.set(name, NOTES)))
  await desk.breaks('b')
  const input = { namespaces: [desk.place.namespace], timeoutSeconds: 10 }

  const stopped = await desk.drive({ runbook: 'resume', input }).finally(() => desk.breaks('b', false))
  const between = await desk.looks(...ALL)
  const back = await desk.drive({ runbook: 'resume', abandon: stopped.runId })

  expect(stopped).toMatchObject({ outcome: 'failed', error: { code: 'not-ready-again' } })
  expect(Object.values(between).map(({ suspend }) => suspend)).toEqual([false, false, false, true])
  expect(back.outcome).toBe('abandoned')
  for (const look of Object.values(await desk.looks(...ALL))) expect(look).toEqual(STILL)
})

test('a resume --once that is killed while all is let go suspends it again, taken up and taken back', async () => {
  const once = flow('resume --once')
  const letGo = { where: 'middle', step: 'once', call: 2 } as const

  expect(await takenUp(desk, once, [letGo, { where: 'before', event: 'step.finished once' }])).toEqual([STILL, STILL])
  expect(await takenBack(desk, once, letGo)).toEqual([STILL, STILL])
})

test('a suspend and a resume that are killed in the middle come to their end', async () => {
  const [suspend, resume] = [flow('suspend'), flow('resume')]

  expect(await takenUp(desk, suspend, [{ where: 'middle', step: 'suspend', call: 1 }])).toEqual([suspend.after, suspend.after])
  expect(await takenUp(desk, resume, [{ where: 'middle', step: 'resume-1', call: 1 }])).toEqual([resume.after, resume.after])
})
