// What a journal line may hold. Loose on purpose where a newer flux-ops may add a field; strict on everything that replay reads.
import * as z from 'zod'
import type { JournalLine } from '../engine/events.ts'

const json = z.json()
const strings = z.array(z.string())
const error = z.looseObject({ code: z.string(), message: z.string(), hints: strings })
const facts = z.record(z.string(), json)
const kind = z.enum(['read', 'write', 'manual'])
const event = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) => z.looseObject({ type: z.literal(type), ...shape })

const result = z.discriminatedUnion('status', [
  z.looseObject({ status: z.literal('pass'), detail: z.string().optional() }),
  z.looseObject({ status: z.literal('skip'), reason: z.string() }),
  z.looseObject({
    status: z.literal('fail'),
    detail: z.string(),
    items: z.array(z.looseObject({ where: z.string(), what: z.string() })).optional(),
    hints: strings,
  }),
  z.looseObject({ status: z.literal('unknown'), cause: z.string(), hints: strings.optional() }),
])

const runStarted = event('run.started', {
  run: z.string(),
  runbook: z.string(),
  runbookVersion: z.number().int(),
  tool: z.string(),
  input: json,
  cluster: z.looseObject({ context: z.string(), server: z.string(), uid: z.string(), version: z.string() }),
  kubeconfig: z.string().nullable(),
  namespace: z.string(),
  operator: z.string(),
  pid: z.number().int(),
  dryRun: z.boolean(),
  waivers: z.record(z.string(), z.string()),
})

const checkFinished = event('check.finished', {
  id: z.string(),
  title: z.string(),
  severity: z.enum(['gate', 'error', 'warning']),
  result,
  waived: z.string().optional(),
})

const stepStarted = event('step.started', {
  id: z.string(),
  title: z.string(),
  kind,
  preview: strings,
  pointOfNoReturn: z.string().optional(),
})

const runEvent = z.discriminatedUnion('type', [
  runStarted,
  checkFinished,
  event('plan.made', {
    plan: json,
    lines: strings,
    steps: z.array(z.looseObject({ id: z.string(), title: z.string(), kind })).optional(),
  }),
  event('plan.accepted', { by: z.enum(['flag', 'prompt', 'plan-file']) }),
  stepStarted,
  event('step.finished', { id: z.string(), facts, already: z.boolean() }),
  event('step.failed', { id: z.string(), error }),
  event('step.waiting', { id: z.string(), instructions: strings }),
  event('undo.started', { id: z.string() }),
  event('undo.finished', { id: z.string() }),
  event('undo.failed', { id: z.string(), error }),
  event('run.resumed', { operator: z.string(), pid: z.number().int(), tornBytes: z.number().int() }),
  event('run.interrupted', { signal: z.string() }),
  event('run.finished', {
    outcome: z.enum(['done', 'checks-failed', 'declined', 'abandoned', 'planned', 'refused']),
    error: error.optional(),
  }),
])

const journalLine = z.object({
  seq: z.number().int().nonnegative(),
  at: z.iso.datetime(),
  prev: z.string().regex(/^[0-9a-f]{64}$/),
  event: runEvent,
})

/** Throws a ZodError. JSON holds no `undefined`, so an optional field is either there or absent, as JournalLine has it. */
export const parseJournalLine = (value: unknown): JournalLine => journalLine.parse(value) as JournalLine
