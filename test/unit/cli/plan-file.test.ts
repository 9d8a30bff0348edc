import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { assertPlanCluster, assertPlanFits, readPlanFile, writePlanFile } from '../../../src/cli/plan-file.ts'
import type { AnyRunbook } from '../../../src/engine/model.ts'

let dir: string
let path: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'flux-ops-plan-'))
  path = join(dir, 'plan.json')
  await writePlanFile(path, {
    tool: '0.1.0',
    runbook: { id: 'upgrade', version: 3 },
    cluster: { uid: 'uid-1', context: 'prod' },
    madeAt: '2026-11-21T03:12:00.000Z',
    input: { to: '2.9.2' },
    plan: { b: [1, { z: 1, a: 2 }], a: 'x' },
  })
})

afterEach(() => rm(dir, { recursive: true, force: true }))

const refusalOf = (work: () => unknown): Promise<{ code: string; exit: string }> =>
  Promise.resolve()
    .then(work)
    .then(
      () => ({ code: 'none', exit: 'done' }),
      ({ code, exit }: { code: string; exit: string }) => ({ code, exit }),
    )

const runbook = (id: string, version: number) => ({ id, version }) as AnyRunbook

test('a plan that was kept is read back as it was', async () => {
  expect((await readPlanFile(path)).plan).toEqual({ b: [1, { z: 1, a: 2 }], a: 'x' })
})

test('a plan that was only indented anew is still good', async () => {
  await writeFile(path, JSON.stringify(JSON.parse(await readFile(path, 'utf8'))))

  expect((await readPlanFile(path)).input).toEqual({ to: '2.9.2' })
})

test('a plan in which anything was changed is refused', async () => {
  await writeFile(path, (await readFile(path, 'utf8')).replace('"2.9.2"', '"2.8.0"'))

  expect(await refusalOf(() => readPlanFile(path))).toEqual({ code: 'plan-changed', exit: 'refused' })
})

test('a plan for another cluster is refused', async () => {
  const file = await readPlanFile(path)

  expect(await refusalOf(() => assertPlanCluster(file, path, 'uid-2'))).toEqual({ code: 'plan-wrong-cluster', exit: 'refused' })
  expect(await refusalOf(() => assertPlanCluster(file, path, 'uid-1'))).toEqual({ code: 'none', exit: 'done' })
})

test('a plan of another runbook is no plan, one of another version of it is refused', async () => {
  const file = await readPlanFile(path)

  expect(await refusalOf(() => assertPlanFits(file, path, runbook('rotate', 3)))).toEqual({ code: 'plan-file-invalid', exit: 'usage' })
  expect(await refusalOf(() => assertPlanFits(file, path, runbook('upgrade', 4)))).toEqual({ code: 'plan-format', exit: 'refused' })
})
