// Which values of a file are encrypted, as its metadata says. Source: sops.go shouldBeEncrypted.
import { RE2JS } from 're2js'
import type { Selection } from './model.ts'

/** `undefined`: a comment decides, so the shape of the value has to tell. */
export type Selects = (path: readonly string[]) => boolean | undefined

function found(pattern: string): (key: string) => boolean {
  try {
    const compiled = RE2JS.compile(pattern)
    return (key) => compiled.matcher(key).find()
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
