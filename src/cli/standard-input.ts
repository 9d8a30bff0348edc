// What is piped into the program, whole and bounded.
import { MAX_FILE_BYTES } from '../adapters/file-bytes.ts'
import { type OpsError, usageError } from '../errors.ts'

/** Throws `missing` where nobody pipes anything in, and OpsError (usage) `file-too-large`. */
export async function standardInput(missing: () => OpsError): Promise<Uint8Array> {
  if (process.stdin.isTTY === true) throw missing()
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of process.stdin) {
    size += (piece as Buffer).length
    if (size > MAX_FILE_BYTES)
      throw usageError('file-too-large', `standard input holds over ${MAX_FILE_BYTES} bytes`, 'is it the right one?')
    pieces.push(piece as Buffer)
  }
  return Buffer.concat(pieces)
}
