// Sends one logical request until it is answered or its time is up, and turns what came back into text or an OpsError.
import { OpsError } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { ClusterAccess } from './kube-config.ts'
import { answerError, connectionError, credentialError, NoAnswer, type Subject, type Where } from './kube-errors.ts'
import type { HttpClient, HttpRequest, HttpResponse } from './kube-http.ts'
import { nextDelay, type Repeat } from './kube-retry.ts'

export interface Call {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly contentType?: string
  readonly accept?: string
  /** Of a list: its items are parsed while they come, and each is given to this. */
  readonly onItem?: ((item: unknown) => void) | undefined
  readonly repeat: Repeat
  readonly subject: Subject
  /** Statuses that are answers, not failures. */
  readonly accepts?: readonly number[]
  /** Told each time the server turns the request away for now (429), with the milliseconds until it is sent again. */
  readonly onBusy?: (waitMs: number) => void
}

export interface SessionOptions {
  readonly access: ClusterAccess
  readonly http: HttpClient
  readonly clock: Clock
  /** Ends waiting, not asking: a run that is being stopped still gives its lease back. */
  readonly signal?: AbortSignal | undefined
  /** How long a server that answered before is waited for, in ms. An API server restart takes 5 to 30 s. */
  readonly patienceMs?: number | undefined
  /** The same before its first answer: a wrong address should be said soon. */
  readonly firstPatienceMs?: number | undefined
  readonly timeoutMs?: number | undefined
  /** Told once when the server is lost and once when it is back. */
  readonly onOutage?: ((text: string) => void) | undefined
}

const PATIENCE_MS = 60_000
const FIRST_PATIENCE_MS = 5_000
const TIMEOUT_MS = 30_000
const FIRST_TIMEOUT_MS = 10_000
const RECOVERY_MS = 30_000
/** How long a server that answers again may call itself not ready before it is taken as it is: one check of it may never pass. */
const READY_MS = 30_000

export interface Session {
  readonly where: Where
  /** Throws OpsError, see kube-errors. */
  send(call: Call): Promise<HttpResponse>
  close(): void
}

export function createSession(options: SessionOptions): Session {
  const { access, http, clock } = options
  const where: Where = { context: access.context, server: access.server }
  let closed = false
  let answered = false
  let lostAt: number | undefined // since when no request got through
  let backAt = 0
  let unreadySince: number | undefined // since when it answers again, and is not ready

  const noteOutcome = (outcome: HttpResponse | NoAnswer): void => {
    if (closed) return
    const now = clock.now().getTime()
    if (outcome instanceof NoAnswer) {
      if (answered && lostAt === undefined) options.onOutage?.(`lost ${access.server}: ${outcome.message}; trying again`)
      lostAt ??= now
      unreadySince = undefined
      return
    }
    if (lostAt !== undefined) {
      if (answered) options.onOutage?.(`${access.server} is back after ${Math.round((now - lostAt) / 1000)} s`)
      backAt = now
    }
    lostAt = undefined
    unreadySince = undefined
    answered = true
  }

  let asking: Promise<NoAnswer | undefined> | undefined
  /**
   * What is to be taken for an answer while a server that was lost is not back. One that has just started serves before it knows its custom kinds:
   * it would say of each that there is none. Whoever may not ask /readyz, or a server that has none, goes on at once.
   */
  const awayYet = (timeoutMs: number): Promise<NoAnswer | undefined> => {
    asking ??= http
      .send({ method: 'GET', path: '/readyz', accept: '*/*', timeoutMs })
      .then(({ status }) => {
        const now = clock.now().getTime()
        unreadySince ??= now
        if (status < 500 || now - unreadySince > READY_MS) return undefined
        return new NoAnswer('NOT_READY', `it is starting: /readyz answers ${status}`, false)
      })
      .finally(() => {
        asking = undefined
      })
    return asking
  }

  const attemptOnce = async (request: HttpRequest): Promise<HttpResponse | NoAnswer> => {
    try {
      const away = lostAt === undefined ? undefined : await awayYet(request.timeoutMs)
      if (away !== undefined) return away
      const response = await http.send(request)
      noteOutcome(response)
      return response
    } catch (error) {
      if (error instanceof OpsError) throw error
      if (!(error instanceof NoAnswer)) throw credentialError(error, where)
      noteOutcome(error)
      return error
    }
  }

  /** `sent`: one try or another may have reached the server. */
  const failure = (outcome: HttpResponse | NoAnswer, call: Call, elapsedMs: number, sent: boolean): OpsError =>
    outcome instanceof NoAnswer
      ? connectionError(outcome, call.subject, where, elapsedMs, sent)
      : answerError(outcome.status, outcome.body, call.subject, where)

  const delayFor = (outcome: HttpResponse | NoAnswer, call: Call, attempt: number, elapsedMs: number): number | undefined => {
    const now = clock.now().getTime()
    const recovering = lostAt !== undefined || (backAt > 0 && now - backAt < RECOVERY_MS)
    const budgetMs = answered ? (options.patienceMs ?? PATIENCE_MS) : (options.firstPatienceMs ?? FIRST_PATIENCE_MS)
    const seen =
      outcome instanceof NoAnswer ? outcome : { status: outcome.status, retryAfter: outcome.headers['retry-after'], body: outcome.body }
    return nextDelay(seen, call.repeat, { attempt, elapsedMs, budgetMs, recovering })
  }

  const send = async (call: Call): Promise<HttpResponse> => {
    const body = call.body === undefined ? undefined : JSON.stringify(call.body)
    const started = clock.now().getTime()
    let loggedInAgain = false
    let sent = false
    for (let attempt = 0; ; attempt++) {
      const timeoutMs = answered ? (options.timeoutMs ?? TIMEOUT_MS) : Math.min(options.timeoutMs ?? TIMEOUT_MS, FIRST_TIMEOUT_MS)
      const outcome = await attemptOnce({
        method: call.method,
        path: call.path,
        body,
        contentType: call.contentType,
        accept: call.accept,
        onItem: call.onItem,
        timeoutMs,
      })
      if (!(outcome instanceof NoAnswer)) {
        if (outcome.status < 300 || call.accepts?.includes(outcome.status)) return outcome
        if (outcome.status === 401 && !loggedInAgain) {
          loggedInAgain = true
          await access.forget()
          continue
        }
      } else sent ||= outcome.sent
      const elapsed = clock.now().getTime() - started
      const delay = delayFor(outcome, call, attempt, elapsed)
      if (delay === undefined || closed || options.signal?.aborted) throw failure(outcome, call, elapsed, sent)
      if (!(outcome instanceof NoAnswer) && outcome.status === 429) call.onBusy?.(delay)
      await clock.sleep(delay, options.signal).catch(() => undefined)
      if (options.signal?.aborted) throw failure(outcome, call, elapsed, sent)
    }
  }

  const close = (): void => {
    closed = true
    http.close()
  }
  return { where, send, close }
}
