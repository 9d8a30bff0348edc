// The chart that holds the target, where Flux is kept by the community's chart.
import { type FoundChart, findChart } from '../../src/actions/chart-version.ts'
import type { WritableStyle } from '../../src/actions/installation.ts'
import { once } from '../../src/actions/once.ts'
import { refusal } from '../../src/errors.ts'
import { FLUX_CHART } from '../../src/flux/chart-pins.ts'
import type { HelmStyle } from '../../src/flux/styles.ts'
import type { ChartAddress } from '../../src/ports/charts.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { UpgradeInput } from './input.ts'
import { targetOf } from './inspect.ts'

export const addressOf = ({ source }: Pick<HelmStyle, 'source'>): ChartAddress => ({
  url: source.url,
  name: FLUX_CHART,
  insecure: source.insecure,
})

export const chartFor = (ctx: ReadContext, input: UpgradeInput, style: HelmStyle): Promise<FoundChart> =>
  once(ctx, `chart ${input.to} ${input.chartVersion ?? ''}`, () =>
    findChart(ctx, addressOf(style), targetOf(input).version, input.chartVersion),
  )

export const LOOK_UP = 'look it up, and name it:  --chart-version VERSION'

/**
 * For the plan: which chart runs and which is to. undefined for the other styles. Throws OpsError (refused) `chart-unknown`. What a person names counts
 * where the repository cannot be read: check chart-has-target has said so, and they have waived it.
 */
export async function plannedChart(
  ctx: ReadContext,
  input: UpgradeInput,
  style: WritableStyle,
): Promise<{ from: string; to: string } | undefined> {
  if (style.style !== 'helm') return undefined
  const found = await chartFor(ctx, input, style)
  const to = found.status === 'found' ? found.version : found.status === 'unknown' ? input.chartVersion : undefined
  if (to !== undefined) return { from: style.runs ?? style.pin.version ?? to, to }
  throw refusal('chart-unknown', `which chart holds Flux ${targetOf(input).version} is not known`, LOOK_UP)
}

/** A release of Helm keeps no stops: each hop is a run of its own. Throws OpsError (refused) `helm-chain`. */
export function assertOneHop(style: WritableStyle, stops: readonly string[]): void {
  if (style.style !== 'helm' || stops.length < 2) return
  throw refusal(
    'helm-chain',
    `Flux ${stops.at(-1)} takes ${stops.length} hops (${stops.join(' → ')}), and with the Helm chart a run is one of them`,
    ...stops.map((stop) => `flux-ops upgrade --to ${stop}`),
  )
}
