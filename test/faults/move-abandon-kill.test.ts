// kill -9 at every moment in which a move to the Flux Operator is taken back: begun again, nothing of the operator is left, and all of Flux is as it was.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MoveDesk } from '../runbooks/migrate-operator/desk.ts'
import { struck } from './harness/cli.ts'
import { sweepBack } from './harness/sweep-back.ts'

const HOURS = 3_600_000

let desk: MoveDesk
let uids: Record<string, string>
let specs: Record<string, unknown>
let head: string

beforeAll(async () => {
  desk = await MoveDesk.open('bootstrap')
})
afterAll(() => desk?.close())

/** A run that stands before a branch that takes no pushes. */
async function begin(): Promise<string> {
  await desk.fresh()
  uids = await desk.uids()
  specs = await desk.podSpecs()
  head = await desk.commitOnRemote()
  await desk.sandbox.faults({ push: 'reject' })
  const { code, output } = await struck(desk.sandbox, desk.args)
  expect(code, output).toBe(1)
  await desk.sandbox.faults({})
  return /\d{8}-\d{6}-migrate-operator-[0-9a-f]{4}/.exec(output)?.[0] ?? 'no run'
}

async function endOf(): Promise<Record<string, unknown>> {
  const [now, podSpecs] = [await desk.uids(), await desk.podSpecs()]
  const { sandbox } = desk
  return {
    others: Object.keys({ ...uids, ...now }).filter((label) => now[label] !== uids[label]),
    specs: Object.keys(specs).filter((name) => JSON.stringify(podSpecs[name]) !== JSON.stringify(specs[name])),
    byOperator: await desk.byOperator(),
    ownedTwice: await desk.ownedTwice(),
    notReady: await desk.notReady(),
    pushed: (await desk.commitOnRemote()) === head,
    inStep: (await sandbox.git('rev-parse', 'HEAD')).trim() === head,
    workTree: await sandbox.git('status', '--porcelain'),
  }
}

test('a move that is killed while it is taken back is taken back all the same', { timeout: 6 * HOURS }, async () => {
  const { end, failures } = await sweepBack({ paths: desk.sandbox.paths, begin, endOf })

  const nothing = { others: [], specs: [], byOperator: [], ownedTwice: [], notReady: [], workTree: '' }
  expect(end).toEqual({ ...nothing, pushed: true, inStep: true })
  expect(failures).toEqual([])
})
