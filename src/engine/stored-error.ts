// Between thrown values and the errors that a journal keeps. What is not an OpsError is a bug of ours and says so.
import { messageOf, OpsError } from '../errors.ts'
import type { StoredError } from './events.ts'

/** Any thrown value as an OpsError: foreign ones become code `bug`, exit 70. */
export const asOpsError = (thrown: unknown): OpsError =>
  thrown instanceof OpsError ? thrown : new OpsError({ code: 'bug', message: messageOf(thrown), exit: 'bug', cause: thrown })

export const toStored = (error: OpsError, hints: readonly string[] = []): StoredError => ({
  code: error.code,
  message: error.message,
  hints: [...error.hints, ...hints],
})
