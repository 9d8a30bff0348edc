// What the fields of a cluster file are made of. Each has a description and an example, as the published schema and every hint are made from
// them. Patterns are read by JSON Schema too, so that they need no more than it knows.
import * as z from 'zod'

interface Text {
  readonly about: string
  /** Ends a sentence that begins with the name of the field. */
  readonly wrong: string
  readonly pattern: RegExp
  readonly examples: readonly [string, ...string[]]
  readonly longest?: number
}

export const text = ({ about, wrong, pattern, examples, longest = 253 }: Text) =>
  z
    .string()
    .max(longest, { error: `is over ${longest} letters long` })
    .regex(pattern, { error: wrong })
    .meta({ description: about, examples: [...examples] })

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const DNS_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/

export const label = (about: string, example: string) =>
  text({
    about,
    pattern: DNS_LABEL,
    wrong: 'is no name of Kubernetes: small letters, digits and -, at most 63',
    examples: [example],
    longest: 63,
  })

export const objectName = (about: string, example: string) =>
  text({ about, pattern: DNS_NAME, wrong: 'is no name of a Kubernetes object: small letters, digits, - and .', examples: [example] })

export const duration = (about: string, example: string) =>
  text({
    about,
    pattern: /^(?=.*[1-9])([0-9]{1,9}(\.[0-9]{1,3})?(ms|s|m|h))+$/,
    wrong: 'is no span of time: a number with ms, s, m or h',
    examples: [example],
    longest: 30,
  })

/** Capitals alone: somebody who puts a token here instead of the name of a variable is told so. */
export const variable = (about: string, example: string) =>
  text({
    about,
    pattern: /^[A-Z_][A-Z0-9_]{0,127}$/,
    wrong: 'is no name of an environment variable: capitals, digits and _, without $',
    examples: [example],
  })

export const file = (about: string, example: string) =>
  text({
    about: `${about}. Relative to this file; ~/ is your home`,
    pattern: /^[^\p{Cc}\s](?:[^\p{Cc}]*[^\p{Cc}\s])?$/u,
    wrong: 'is no path of a file',
    examples: [example],
    longest: 1024,
  })

export const line = (about: string, example: string, longest = 253) =>
  text({
    about,
    pattern: /^[^\p{Cc}\s](?:[^\p{Cc}]*[^\p{Cc}\s])?$/u,
    wrong: 'is no single line of text',
    examples: [example],
    longest,
  })

export const flag = (about: string, preset: boolean) => z.boolean().default(preset).meta({ description: about })

export const whole = (about: string, from: number, to: number, example: number) =>
  z
    .int()
    .min(from)
    .max(to)
    .meta({ description: about, examples: [example] })

/** JSON Schema for "one of these fields, and not two"; for people the rules say it in a sentence. */
export const oneOf = (...fields: readonly string[]) => ({ oneOf: fields.map((field) => ({ required: [field] })) })
