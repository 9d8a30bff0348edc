// A runbook is a plain value; everything the engine does follows from it. No I/O here and no third-party import.
import type { OpsError } from '../errors.ts'
import type { Context, ReadContext } from '../ports/context.ts'
import type { Json, JsonObject } from '../ports/json.ts'

/** Structural subset of a zod schema: parses a journaled or typed-in value, throws on a wrong one. */
export interface Schema<T> {
  parse(value: unknown): T
}

/** A runbook's input and plan: JSON by construction, so that they can be journaled. */
export interface Runbook<I, P> {
  readonly id: string
  readonly version: number
  readonly title: string
  /** The namespace of Flux may not be there yet: the lease is held in kube-system. */
  readonly beforeFlux?: true
  readonly input: Schema<I>
  readonly planSchema: Schema<P>
  readonly checks: readonly Check<I>[]
  /** Read only. Fills in what a person may leave out; called once, before the run begins. */
  readonly complete?: (ctx: ReadContext, input: I) => Promise<Completed<I>>
  /** Read only. Throws OpsError when no plan exists (for example no hop leads to the target). */
  readonly plan: (ctx: ReadContext, input: I) => Promise<P>
  /** Pure: the same plan gives the same steps. That is what makes resume possible. */
  readonly steps: (plan: P) => readonly Step<P>[]
  /** The plan as lines for a person: what is done, to which files and objects, and where the line of no return is. */
  readonly describe: (plan: P) => readonly string[]
  /** Pure. The plan for a reader who was not there. */
  readonly review?: (plan: P) => Review
  /** Throws OpsError (refused) when the world has moved since the plan was made. Called by apply and by resume before the first write. */
  readonly assertFresh?: (ctx: ReadContext, plan: P, view: View<P>) => Promise<void>
  /** Throws OpsError (refused) when the world no longer allows that the run is taken back. Called by abandon before anything is undone. */
  readonly assertAbandon?: (ctx: ReadContext, plan: P, view: View<P>) => Promise<void>
  /** Pure. Asked once every step has ended: what has not come about all the same. The run is over, and its exit is that of the error (`partial`). */
  readonly closing?: (plan: P, facts: View<P>['facts']) => OpsError | undefined
  /** Said when the run fails at `stepId`: a command to type, for example the rollback. */
  readonly afterFailure?: (plan: P, stepId: string, runId: string) => readonly string[]
}

/** What a person left to be found out, found out; or nothing is there to be done, and why. */
export type Completed<I> = { readonly input: I } | { readonly nothing: string }

/** A plan for somebody who reads it later, under a pull request for example. Text may hold what a cluster or a repository said. */
export interface Review {
  /** `Flux 2.7.3 → 2.9.2` */
  readonly headline: string
  /** What a person has to do before what the plan is for; [] when nothing is in its way. */
  readonly before: readonly ReviewPart[]
  readonly parts: readonly ReviewPart[]
}

export interface ReviewPart {
  readonly title: string
  /** Sentences, drawn as a list. */
  readonly says?: readonly string[]
  /** Lines that are drawn as they are: files, objects, commands. */
  readonly lines?: readonly string[]
}

export type Severity = 'gate' | 'error' | 'warning'

export interface CheckItem {
  /** `path:line` or `Kind namespace/name`. */
  readonly where: string
  readonly what: string
}

export type CheckResult =
  | { readonly status: 'pass'; readonly detail?: string }
  | { readonly status: 'skip'; readonly reason: string }
  | { readonly status: 'fail'; readonly detail: string; readonly items?: readonly CheckItem[]; readonly hints: readonly string[] }
  | { readonly status: 'unknown'; readonly cause: string; readonly hints?: readonly string[] }

export interface Check<I> {
  readonly id: string
  /** A sentence that is true when the check passes. */
  readonly title: string
  /** gate: later ones cannot be answered, stop and cannot be waived. error: stops unless waived. warning: said, never stops. */
  readonly severity: Severity
  probe(ctx: ReadContext, input: I): Promise<CheckResult>
}

export type Facts = JsonObject

/** What a step sees: the plan, what earlier steps found out, and which run this is. */
export interface View<P> {
  readonly plan: P
  readonly facts: Readonly<Record<string, Facts>>
  readonly runId: string
}

interface StepBase {
  readonly id: string
  readonly title: string
  /** One sentence that a tired person can read at 3 a.m. */
  readonly why: string
}

/** Changes nothing: waits, proofs. Run again after a resume unless it had ended. */
export interface ReadStep<P> extends StepBase {
  readonly kind: 'read'
  /** Once it has ended, what came before it stays: abandon takes back only what was begun after it. */
  readonly checkpoint?: boolean
  run(ctx: ReadContext, view: View<P>): Promise<Facts>
}

export interface WriteStep<P> extends StepBase {
  readonly kind: 'write'
  /** The exact commands or patches; the one source for plan, dry run, prompt and journal. */
  preview(view: View<P>): readonly string[]
  /** Whether the effect already holds. Asked before run and after a crash. */
  isDone(ctx: ReadContext, view: View<P>): Promise<boolean>
  run(ctx: Context, view: View<P>): Promise<Facts>
  /** What run would have returned, read back from the world: asked when isDone holds, for a step whose end was never journaled. */
  factsWhenDone?(ctx: ReadContext, view: View<P>): Promise<Facts>
  /** Takes the effect back; called in reverse order by abandon, for steps that had started. Idempotent. Gives what it has left as it is, a line each. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most undos leave nothing, and say nothing
  undo?(ctx: Context, view: View<P>): Promise<readonly string[] | void>
  /** What undo does to what others can see, said before it is asked for. */
  undoPreview?(view: View<P>): readonly string[]
  /** Said before it is crossed. */
  readonly pointOfNoReturn?: string
  /** Of a step with such a line that had begun, asked by abandon: whether it was crossed. Left out: it was. */
  isCrossed?(ctx: ReadContext, view: View<P>): Promise<boolean>
}

/** Waits for a person; the run stops with exit 4 until isDone holds. */
export interface ManualStep<P> extends StepBase {
  readonly kind: 'manual'
  instructions(view: View<P>): readonly string[]
  isDone(ctx: ReadContext, view: View<P>): Promise<boolean>
  /** What is still open, as lines behind the instructions: asked once isDone has said no. */
  lacking?(ctx: ReadContext, view: View<P>): Promise<readonly string[]>
  /** What the person crosses by doing it; said before. */
  readonly pointOfNoReturn?: string
}

export type Step<P> = ReadStep<P> | WriteStep<P> | ManualStep<P>

export type AnyRunbook = Runbook<unknown, unknown>
export type { Json }
