// How Go reads an unquoted YAML scalar, and what sops then counts into the MAC. Source: go.yaml.in/yaml/v3 resolve.go and sops.go ToBytes.
// What is rare enough to be doubtful is `unknown`: sops itself is asked then.
import type { ScalarType } from './model.ts'

export interface Resolved {
  readonly type: ScalarType
  readonly text: string
}

const FIXED: Readonly<Record<string, Resolved>> = {
  ...Object.fromEntries(['true', 'True', 'TRUE'].map((word) => [word, { type: 'bool', text: 'True' } as const])),
  ...Object.fromEntries(['false', 'False', 'FALSE'].map((word) => [word, { type: 'bool', text: 'False' } as const])),
  ...Object.fromEntries(['', '~', 'null', 'Null', 'NULL'].map((word) => [word, { type: 'null', text: '' } as const])),
  ...Object.fromEntries(['.nan', '.NaN', '.NAN'].map((word) => [word, { type: 'float', text: 'NaN' } as const])),
  ...Object.fromEntries(
    ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, { type: 'float', text: '+Inf' } as const]),
  ),
  ...Object.fromEntries(['-.inf', '-.Inf', '-.INF'].map((word) => [word, { type: 'float', text: '-Inf' } as const])),
}

const MAX = 2n ** 63n
/** Longer than any number of 64 bits, in whatever base: turning millions of digits into a number takes minutes. */
const LONGEST_INTEGER = 100

/** The shortest digits that give the same number, never with an exponent: Go's `FormatFloat(v, 'f', -1, 64)`. */
export function goFloat(value: number): string {
  const [digits = '', exponent] = String(value).split('e')
  if (exponent === undefined) return Object.is(value, -0) ? '-0' : digits
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(digits) ?? []
  const point = whole.length + Number(exponent)
  const all = whole + fraction
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${all}`
  return point >= all.length ? sign + all.padEnd(point, '0') : `${sign}${all.slice(0, point)}.${all.slice(point)}`
}

const RADIX: readonly (readonly [RegExp, string])[] = [
  [/^0[xX]([0-9a-fA-F]+)$/, '0x'],
  [/^0[bB]([01]+)$/, '0b'],
  [/^0[oO]?([0-7]+)$/, '0o'],
]

function integer(plain: string): Resolved | undefined {
  const sign = /^[-+]/.exec(plain)?.[0] ?? ''
  const bare = plain.slice(sign.length)
  const radix = RADIX.find(([shape]) => shape.test(bare))
  if (radix === undefined && !/^(0|[1-9]\d*)$/.test(bare)) return undefined
  if (bare.length > LONGEST_INTEGER) return { type: 'unknown', text: '' }
  const size = BigInt(radix === undefined ? bare : radix[1] + (radix[0].exec(bare)?.[1] ?? ''))
  const value = sign === '-' ? -size : size
  // Over 63 bits Go makes it unsigned, which sops cannot walk.
  return value >= MAX || value < -MAX ? { type: 'unknown', text: '' } : { type: 'int', text: value.toString() }
}

const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/
const DATE = /^\d{4}-\d{1,2}-\d{1,2}/
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/
const SECOND = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/

function time(source: string): Resolved | undefined {
  if (!DATE.test(source)) return undefined
  const full = DAY.test(source) ? `${source}T00:00:00Z` : source
  const certain = SECOND.test(full) && !Number.isNaN(Date.parse(full)) && new Date(full).toISOString().startsWith(full.slice(0, 10))
  return certain ? { type: 'time', text: full } : { type: 'unknown', text: '' }
}

/** The type and the bytes of an unquoted scalar without a tag. */
export function resolvePlain(source: string): Resolved {
  const fixed = Object.hasOwn(FIXED, source) ? FIXED[source] : undefined
  if (fixed !== undefined) return fixed
  if (!/^[-+.\d]/.test(source)) return { type: 'str', text: source }
  const moment = time(source)
  if (moment !== undefined) return moment
  if (source.startsWith('.')) {
    if (FLOAT.test(source)) return { type: 'float', text: goFloat(Number(source)) }
    // Go also takes hexadecimal floats and underscores here.
    return { type: /^\.[\d_]/.test(source) ? 'unknown' : 'str', text: source }
  }
  const plain = source.replaceAll('_', '')
  const whole = integer(plain)
  if (whole !== undefined) return whole
  const isFloat = FLOAT.test(plain) && Number.isFinite(Number(plain))
  return isFloat ? { type: 'float', text: goFloat(Number(plain)) } : { type: 'str', text: source }
}

/** A number of JSON: Go takes what fits into 64 bits as an integer, and anything else as a float. */
export function resolveJsonNumber(source: string): Resolved {
  if (source.length <= LONGEST_INTEGER && /^-?\d+$/.test(source)) {
    const value = BigInt(source)
    if (value < MAX && value >= -MAX) return { type: 'int', text: value.toString() }
  }
  return { type: 'float', text: goFloat(Number(source)) }
}
