import type { Secret } from './secret.ts'

/** The variables of whoever started this. What one holds may be secret: it is never journaled, and is asked for again where a run is taken up. */
export interface Environment {
  /** undefined where it is not set, or empty. */
  secret(name: string): Secret | undefined
}
