import { describe, expect, it } from 'vitest'
import { chooseRun, chooseUpgrade } from '../../../src/cli/choose-run.ts'
import type { JournalLine, RunEvent } from '../../../src/engine/events.ts'
import type { RunStarted } from '../../../src/engine/run-state.ts'
import type { RunReader } from '../../../src/ports/runs.ts'

const started = (run: string, runbook: string, input: RunStarted['input'] = {}): RunEvent => ({
  type: 'run.started',
  run,
  runbook,
  runbookVersion: 1,
  tool: '0.0.0',
  input,
  cluster: { context: 'prod', server: 'https://127.0.0.1', uid: 'u', version: 'v1.34.4' },
  kubeconfig: null,
  namespace: 'flux-system',
  operator: 'me@here',
  pid: 1,
  dryRun: false,
  waivers: {},
})

const wrote: RunEvent = { type: 'step.started', id: 'push', title: 'push', kind: 'write', preview: [] }
const done: RunEvent = { type: 'run.finished', outcome: 'done' }

/** Oldest first, as the run store lists them. */
const storeOf = (runs: Readonly<Record<string, readonly RunEvent[]>>): RunReader => ({
  list: async () => Object.keys(runs),
  read: async (id) => ({
    id,
    dir: `/runs/${id}`,
    tornBytes: 0,
    lines: (runs[id] ?? []).map((event, seq): JournalLine => ({ seq, at: '2026-11-21T03:12:00Z', prev: '', event })),
  }),
})

const [first, second, third] = ['20261121-031200-upgrade-0001', '20261121-031300-upgrade-0002', '20261121-031400-rollback-0003']

describe('choosing a run', () => {
  it('takes the only unfinished run', async () => {
    const runs = storeOf({ [first]: [started(first, 'upgrade'), wrote, done], [second]: [started(second, 'upgrade'), wrote] })

    const chosen = await chooseRun(runs, undefined, 'resume')

    expect(chosen.id).toBe(second)
  })

  it('passes over a run that was stopped at the question when another one has changed something', async () => {
    const runs = storeOf({ [first]: [started(first, 'upgrade'), wrote], [second]: [started(second, 'upgrade')] })

    const chosen = await chooseRun(runs, undefined, 'resume')

    expect(chosen.id).toBe(first)
  })

  it('asks which one is meant when two have changed something', async () => {
    const runs = storeOf({ [first]: [started(first, 'upgrade'), wrote], [second]: [started(second, 'upgrade'), wrote] })

    const chosen = chooseRun(runs, undefined, 'resume')

    await expect(chosen).rejects.toMatchObject({
      code: 'run-ambiguous',
      hints: [`flux-ops runs resume ${second}`, `flux-ops runs resume ${first}`],
    })
  })

  it('takes the newest upgrade that changed something to be rolled back, and no rollback', async () => {
    const runs = storeOf({
      [first]: [started(first, 'upgrade'), wrote, done],
      [second]: [started(second, 'upgrade')],
      [third]: [started(third, 'rollback'), wrote, done],
    })

    const chosen = await chooseUpgrade(runs, undefined)

    expect(chosen.id).toBe(first)
  })

  it('does not go on with a failed upgrade that was taken back, nor takes it back again', async () => {
    const failed: RunEvent = { type: 'step.failed', id: 'verify', error: { code: 'x', message: 'not ready', hints: [] } }
    const runs = storeOf({
      [first]: [started(first, 'upgrade'), wrote, failed],
      [third]: [started(third, 'rollback', { run: first }), wrote, done],
    })

    const resumed = chooseRun(runs, undefined, 'resume')
    const taken = chooseUpgrade(runs, undefined)

    await expect(resumed).rejects.toMatchObject({ code: 'run-missing' })
    await expect(taken).rejects.toMatchObject({ code: 'run-missing' })
  })

  it('says that there is nothing to roll back', async () => {
    const chosen = chooseUpgrade(storeOf({ [second]: [started(second, 'upgrade')] }), undefined)

    await expect(chosen).rejects.toMatchObject({ code: 'run-missing', exit: 'usage' })
  })
})
