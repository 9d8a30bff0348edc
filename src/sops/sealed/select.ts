// Which values of a file are encrypted, as its metadata says. Source: sops.go shouldBeEncrypted.
import { RE2JS } from 're2js'
import type { Selection } from './model.ts'

/** `undefined`: a comment decides, so the shape of the value has to tell. */
export type Selects = (path: readonly string[]) => boolean | undefined

type Matches = (key: string) => boolean

/** The files of a repository have few patterns and few names of keys, over and over; what they take stays bounded. */
const MOST_PATTERNS = 20
const MOST_KEYS = 1_000
const known = new Map<string, Matches>()

function found(pattern: string): Matches {
  const matches = known.get(pattern) ?? compiledOf(pattern)
  if (known.size >= MOST_PATTERNS) known.clear()
  known.set(pattern, matches)
  return matches
}

function compiledOf(pattern: string): Matches {
  try {
    const compiled = RE2JS.compile(pattern)
    const seen = new Map<string, boolean>()
    return (key) => {
      const matches = seen.get(key) ?? compiled.matcher(key).find()
      if (seen.size >= MOST_KEYS) seen.clear()
      seen.set(key, matches)
      return matches
    }
  } catch {
    // Go matches nothing with a pattern that does not compile, and sops does not look at the error.
    return () => false
  }
}

export function selects(selection: Selection): Selects {
  const { unencryptedSuffix, encryptedSuffix, unencryptedRegex, encryptedRegex } = selection
  if (selection.unencryptedCommentRegex !== undefined || selection.encryptedCommentRegex !== undefined) return () => undefined
  if (encryptedSuffix !== undefined) return (path) => path.some((key) => key.endsWith(encryptedSuffix))
  if (unencryptedSuffix !== undefined) return (path) => !path.some((key) => key.endsWith(unencryptedSuffix))
  if (encryptedRegex !== undefined) {
    const matches = found(encryptedRegex)
    return (path) => path.some(matches)
  }
  const matches = found(unencryptedRegex ?? '')
  return (path) => !path.some(matches)
}
