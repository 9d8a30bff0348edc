import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { createRedactor } from '../../../src/adapters/redactor.ts'
import { createRunStore } from '../../../src/adapters/run-store.ts'
import type { RunEvent } from '../../../src/engine/events.ts'
import type { RunStore } from '../../../src/ports/runs.ts'
import type { Redactor } from '../../../src/ports/secret.ts'

export const RUN = '20261121-031200-upgrade-1a2b'

export interface Fixture {
  readonly root: string
  readonly path: string
  readonly store: RunStore
  readonly redactor: Redactor
}

export const temporaryStore = async (): Promise<Fixture> => {
  const root = join(await mkdtemp(join(tmpdir(), 'flux-ops-journal-')), 'runs')
  const redactor = createRedactor()
  const clock = { now: () => new Date('2026-11-21T03:12:00.000Z') }
  return { root, redactor, path: join(root, RUN, 'journal.jsonl'), store: createRunStore({ root, clock, redactor, pid: process.pid }) }
}

export const started: RunEvent = {
  type: 'run.started',
  run: RUN,
  runbook: 'upgrade',
  runbookVersion: 1,
  tool: '0.1.0',
  input: { to: '2.9.2' },
  cluster: { context: 'prod', server: 'https://api', uid: 'u', version: 'v1.34.4' },
  kubeconfig: null,
  namespace: 'flux-system',
  operator: 'you@laptop',
  pid: 42,
  dryRun: false,
  waivers: {},
}

const id = fc.constantFrom('a', 'b', 'c')
const error = fc.record({ code: fc.string(), message: fc.string({ unit: 'binary' }), hints: fc.array(fc.string()) })
// No step has a fact of that name, and what reads the journal drops it, so that a changed file cannot reach a prototype.
const named = (key: string): boolean => key !== '__proto__'
const json = fc
  .jsonValue()
  .filter((value) => !JSON.stringify(value).includes('"__proto__"'))
  .map((value) => JSON.parse(JSON.stringify(value)))

/** Any event, in any order: replay is total. */
export const anyEvent: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.constant(started),
  fc.record({ type: fc.constant('plan.made' as const), plan: json, lines: fc.array(fc.string()) }),
  fc.record({ type: fc.constant('plan.accepted' as const), by: fc.constantFrom('flag' as const, 'prompt' as const) }),
  fc.record({
    type: fc.constant('step.started' as const),
    id,
    title: fc.string({ unit: 'grapheme' }),
    kind: fc.constantFrom('read' as const, 'write' as const),
    preview: fc.array(fc.string()),
  }),
  fc.record({
    type: fc.constant('step.finished' as const),
    id,
    facts: fc.dictionary(fc.string().filter(named), json),
    already: fc.boolean(),
  }),
  fc.record({ type: fc.constant('step.failed' as const), id, error }),
  fc.record({ type: fc.constant('undo.started' as const), id }),
  fc.record({ type: fc.constant('run.interrupted' as const), signal: fc.string() }),
  fc.record({ type: fc.constant('run.finished' as const), outcome: fc.constantFrom('done' as const, 'abandoned' as const) }),
)
