// Takes secrets out of text: values that were registered, in the encodings they travel in, and whatever has the shape of a secret.
import { type Redactor, Secret } from '../ports/secret.ts'

const HIDDEN = '[redacted]'
/** Shorter values would blank out ordinary words. */
const SHORTEST = 6

interface Shape {
  readonly pattern: RegExp
  readonly replacement: string
}

const SHAPES: readonly Shape[] = [
  // A key block that was cut off is still a key: without its END line it runs to the end of the text.
  { pattern: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, replacement: HIDDEN },
  { pattern: /AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{6,}/gi, replacement: HIDDEN },
  { pattern: /AGE-PLUGIN-[0-9A-Z+._-]+-1[0-9A-Z]{6,}/gi, replacement: HIDDEN },
  { pattern: /\b(authorization["']?\s*[:=]\s*["']?(?:(?:bearer|basic|token)\s+)?)[^\s"',]+/gi, replacement: `$1${HIDDEN}` },
  { pattern: /\b(bearer\s+)[A-Za-z0-9._~+/=-]{16,}/gi, replacement: `$1${HIDDEN}` },
  { pattern: /\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]*):[^\s/@]+@/gi, replacement: `$1:${HIDDEN}@` },
  { pattern: /\b(https?:\/\/)[^\s/:@]{20,}@/gi, replacement: `$1${HIDDEN}@` },
  { pattern: /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, replacement: HIDDEN },
  { pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,})/g, replacement: HIDDEN },
]

/** base64 of `value` wherever it begins inside a longer text: the characters that depend on its neighbours are left off. */
const base64Forms = (value: string): string[] =>
  [0, 1, 2].map((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value, 'utf8')])
    const first = Math.ceil((offset * 8) / 6)
    const last = Math.floor((bytes.length * 8) / 6)
    return bytes.toString('base64').slice(first, last)
  })

const formsOf = (value: string): string[] => {
  const base64 = base64Forms(value)
  const base64url = base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))
  const lines = value.split(/\r?\n/).filter((line) => line.length >= 20 && !line.startsWith('#') && !line.startsWith('-----'))
  const hex = Buffer.from(value, 'utf8').toString('hex')
  const escaped = [JSON.stringify(value).slice(1, -1), percentEncoded(value)]
  return [value, ...escaped, ...base64, ...base64url, hex, ...(lines.length > 1 ? lines : [])]
}

/** A lone surrogate has no URL form. */
const percentEncoded = (value: string): string => (/\p{Surrogate}/u.test(value) ? value : encodeURIComponent(value))

const longestFirst = (a: string, b: string): number => b.length - a.length

export const createRedactor = (): Redactor => {
  let forms: string[] = []
  const register = (secret: Secret | string): void => {
    const value = (secret instanceof Secret ? secret.reveal() : secret).trim()
    if (value.length < SHORTEST || HIDDEN.includes(value)) return
    forms = [...new Set([...forms, ...formsOf(value).filter((form) => form.length >= SHORTEST)])].sort(longestFirst)
  }
  const clean = (text: string): string => {
    const known = forms.reduce((rest, form) => rest.replaceAll(form, () => HIDDEN), text)
    return SHAPES.reduce((rest, { pattern, replacement }) => rest.replace(pattern, replacement), known)
  }
  return { register, clean }
}
