// Which passphrases may seal a backup. Whoever has the file can try passphrases for years: scrypt makes each try slow, not a short list long.
import type { Secret } from '../../ports/secret.ts'

/** Characters that count: one that repeats the one before it, or follows it in the alphabet, adds nothing. */
const LEAST = 14
const LEAST_DISTINCT = 10
/** Of digits alone. */
const LEAST_DIGITS = 22

const counted = (text: string): number => {
  const codes = [...text.toLowerCase()].map((letter) => letter.codePointAt(0) ?? 0)
  return codes.filter((code, index) => Math.abs(code - (codes[index - 1] ?? -2)) > 1).length
}

/** Why a passphrase is too weak, or could not be typed again; undefined for one that will do. Says nothing of what it holds. */
export function passphraseFlaw(passphrase: Secret): string | undefined {
  const text = passphrase.reveal()
  if (text === '') return 'it is empty'
  if (/\p{Cc}/u.test(text)) return 'it holds a newline, a tab or another character that cannot be typed where age asks for it'
  if (text !== text.trim()) return 'it begins or ends with a space, which gets lost in copying'
  if (counted(text) < LEAST) return `it is too short: at least ${LEAST} characters, not counting repeated ones and runs like abc or 123`
  if (/^[\d\s.-]+$/.test(text) && counted(text) < LEAST_DIGITS) return `it has only digits: at least ${LEAST_DIGITS} of them, or words`
  if (new Set(text.toLowerCase()).size < LEAST_DISTINCT)
    return `it repeats the same few characters: at least ${LEAST_DISTINCT} different ones`
  return undefined
}
