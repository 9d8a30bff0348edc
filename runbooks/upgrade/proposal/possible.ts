// What cannot be proposed as one pull request: said before anything is done, since behind the merge it would be too late.
import { refusal } from '../../../src/errors.ts'

/** `stops`: releases of the chain, the target last. Throws OpsError (refused) `pull-request-chain`. */
export function assertProposable(stops: readonly string[]): void {
  if (stops.length < 2) return
  // Each merge is a decision, and has its own proof before the next.
  throw refusal(
    'pull-request-chain',
    `Flux ${stops.at(-1)} takes ${stops.length} hops (${stops.join(' → ')}), and a pull request is one of them`,
    ...stops.map((stop) => `flux-ops upgrade --to ${stop} --pr`),
  )
}
