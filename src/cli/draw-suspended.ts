// What is suspended, a line each, as `recover` and `status` show it.
import { type Suspension, suspensionText } from '../flux/suspension.ts'
import { sanitise } from '../ui/sanitise.ts'

export interface DrawnSuspension extends Suspension {
  /** `Kind namespace/name` */
  readonly object: string
  readonly waiting?: number
}

const LONGEST_NAME = 400

/** `  ⚠ HelmRelease media/plex  for 41 days, by kubectl-patch, no reason given: forgotten?`; `now`: RFC 3339. */
export function suspendedLine(one: DrawnSuspension, now: string): string {
  const { object, forgotten, waiting = 0 } = one
  const waits = waiting === 0 ? '' : `  ${waiting === 1 ? '1 waits' : `${waiting} wait`} for it`
  const line = `${forgotten ? '⚠' : ' '} ${object.slice(0, LONGEST_NAME)}  ${suspensionText(one, now)}${forgotten ? '  forgotten' : ''}${waits}`
  return `  ${sanitise(line)}`
}

/** What to type about those that are forgotten; [] where none is. */
export const forgottenLines = (all: readonly Pick<Suspension, 'forgotten' | 'expired'>[]): string[] => {
  if (!all.some(({ forgotten }) => forgotten)) return []
  return [
    `    → ask who it was; then  flux-ops resume OBJECT${all.some(({ expired }) => expired) ? ', or all that are past their end:  flux-ops resume --expired' : ''}`,
    '    → to keep one suspended, and say why:  flux-ops suspend OBJECT --reason "…" --for 2d',
  ]
}
