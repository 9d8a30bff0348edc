// Keeps of a value what a shape names, and nothing else: what nobody has thought of is left out.
import type { Scrub } from './scrub-text.ts'

/**
 * `text`: a text (scrubbed), a number, true, false or null. `hidden`: that it is there, and not what it says. A list: each of its items; an object: these keys of
 * it; `each`: every key that passes; `either`: the first for a plain value, the second for an object.
 */
export type Shape = 'text' | 'hidden' | readonly [Shape] | { readonly [key: string]: Shape } | ((value: unknown, scrub: Scrub) => unknown)

const isPlain = (value: unknown): boolean =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const HIDDEN = '<redacted>'

/** undefined where nothing of it is kept. */
export function keep(value: unknown, shape: Shape, scrub: Scrub): unknown {
  if (typeof shape === 'function') return shape(value, scrub)
  if (shape === 'hidden') return value === undefined ? undefined : HIDDEN
  if (shape === 'text') return typeof value === 'string' ? scrub(value) : isPlain(value) ? value : undefined
  if (Array.isArray(shape)) {
    const [item] = shape as readonly [Shape]
    return Array.isArray(value) ? value.map((one) => keep(one, item, scrub)).filter((one) => one !== undefined) : undefined
  }
  return isObject(value) ? keepKeys(value, Object.entries(shape as Readonly<Record<string, Shape>>), scrub) : undefined
}

function keepKeys(value: Record<string, unknown>, shapes: readonly (readonly [string, Shape])[], scrub: Scrub): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const [key, shape] of shapes) {
    if (!Object.hasOwn(value, key)) continue
    const one = keep(value[key], shape, scrub)
    if (one !== undefined) kept[key] = one
  }
  return kept
}

/** Every key for which that holds, with this shape. */
export const each =
  (holds: (key: string) => boolean, shape: Shape): Shape =>
  (value, scrub) =>
    isObject(value)
      ? keepKeys(
          value,
          Object.keys(value)
            .filter(holds)
            .map((key) => [key, shape]),
          scrub,
        )
      : undefined

export const either =
  (plain: Shape, other: Shape): Shape =>
  (value, scrub) =>
    keep(value, isPlain(value) ? plain : other, scrub)

export const texts = (...keys: readonly string[]): Readonly<Record<string, 'text'>> => Object.fromEntries(keys.map((key) => [key, 'text']))
