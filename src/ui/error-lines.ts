// An error in three parts: what happened, why we think so, what to type next. A stack is shown only for a bug of ours, or when asked for.
import type { StoredError } from '../engine/events.ts'
import { messageOf, OpsError } from '../errors.ts'
import { createPaint, MARKS, mark, type Paint } from './paint.ts'
import { sanitise, sanitiseLines } from './sanitise.ts'

const INDENT = '  '

/** Lines of an error that is kept as data; `subject` is the object it happened to. */
export const errorLines = (paint: Paint, subject: string, error: StoredError): string[] => {
  const [first = '', ...rest] = sanitiseLines(error.message)
  const head = `${mark(paint, 'failed')} ${paint('bold', sanitise(subject))}: ${first}`
  return [head, ...rest.map((line) => INDENT + line), ...hintLines(error.hints)]
}

export const hintLines = (hints: readonly string[], indent = INDENT): string[] =>
  hints.flatMap((hint) => sanitiseLines(hint).map((line, index) => `${indent}${index === 0 ? `${MARKS.next} ` : '  '}${line}`))

export interface RenderErrorOptions {
  /** FLUX_OPS_DEBUG=1. */
  readonly debug?: boolean
  readonly paint?: Paint
  /** Takes secrets out; see Redactor. */
  readonly clean?: (text: string) => string
}

/** The chain of causes, each once, without what the message says already. */
const causesOf = (error: unknown): string[] => {
  const said = [messageOf(error)]
  const causes: string[] = []
  let cause = (error as { cause?: unknown } | undefined)?.cause
  for (let depth = 0; cause !== undefined && depth < 4; depth += 1) {
    const text = messageOf(cause)
    if (text !== '' && !said.some((known) => known.includes(text))) causes.push(text)
    said.push(text)
    cause = (cause as { cause?: unknown } | undefined)?.cause
  }
  return causes
}

const isBug = (error: unknown): boolean => !(error instanceof OpsError) || error.exit === 'bug'

const stackLines = (error: unknown, clean: (text: string) => string): string[] => {
  const stack = error instanceof Error ? error.stack : undefined
  return stack === undefined ? [] : sanitiseLines(clean(stack)).map((line) => INDENT + line)
}

/** Any thrown value as text for a person, without a final newline. */
export const renderError = (error: unknown, options: RenderErrorOptions = {}): string => {
  const { debug = false, paint = createPaint({ color: false }), clean = (text) => text } = options
  const [first = '', ...rest] = sanitiseLines(clean(messageOf(error)))
  const hints = error instanceof OpsError ? error.hints.map(clean) : []
  return [
    `${mark(paint, 'failed')} ${first}`,
    ...rest.map((line) => INDENT + line),
    ...causesOf(error).flatMap((cause) => sanitiseLines(clean(cause), 5).map((line) => INDENT + line)),
    ...(isBug(error) ? [`${INDENT}this is a bug of flux-ops, not a mistake of yours; please report it with the lines below`] : []),
    ...hintLines(hints),
    ...(debug || isBug(error) ? stackLines(error, clean) : []),
  ].join('\n')
}
