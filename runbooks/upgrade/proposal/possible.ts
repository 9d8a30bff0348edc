// What cannot be proposed as one pull request: said before anything is done, since behind the merge it would be too late.
import type { WritableStyle } from '../../../src/actions/installation.ts'
import { refusal } from '../../../src/errors.ts'

/** `stops`: releases of the chain, the target last. Throws OpsError (refused) `pull-request-chain` or `pull-request-style`. */
export function assertProposable(style: WritableStyle['style'], stops: readonly string[]): void {
  const to = stops.at(-1) ?? ''
  // Each merge is a decision, and has its own proof before the next.
  if (stops.length > 1) {
    throw refusal(
      'pull-request-chain',
      `Flux ${to} takes ${stops.length} hops (${stops.join(' → ')}), and a pull request is one of them`,
      ...stops.map((stop) => `flux-ops upgrade --to ${stop} --pr`),
    )
  }
  if (style === 'helm') {
    throw refusal(
      'pull-request-style',
      'a Helm chart keeps Flux here, and --pr cannot prove yet that a merge holds its version',
      `flux-ops upgrade --to ${to}`,
      'or change the version of the chart in a pull request of your own; flux-ops upgrade plan --ci checks it',
    )
  }
  // What a merge holds is proven by its pins, and those of a FluxInstance are not looked for there yet.
  if (style === 'operator') {
    throw refusal(
      'pull-request-style',
      'the Flux Operator keeps Flux here, and --pr cannot prove yet that a merge holds its version',
      `flux-ops upgrade --to ${to}`,
      'or change the version in a pull request of your own; flux-ops upgrade plan --ci checks it',
    )
  }
}
