// Flux kept by the community's Helm chart: the chart has versions of its own, and a HelmRelease settings that Flux itself does not outlive.
import { readRecord, readRelease } from '../../../src/actions/helm-release.ts'
import type { Check, CheckResult } from '../../../src/engine/model.ts'
import { messageOf, OpsError } from '../../../src/errors.ts'
import { FLUX_CHART } from '../../../src/flux/chart-pins.ts'
import { releaseHazards } from '../../../src/flux/release-hazards.ts'
import type { HelmStyle } from '../../../src/flux/styles.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import { chartFor, LOOK_UP } from '../chart.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf, knownHops, repositoryOf, styleOf, supported, targetOf } from '../inspect.ts'
import { counted, fail, pass } from './results.ts'

const NOT_HERE: CheckResult = { status: 'skip', reason: 'Flux is not installed by the Helm chart' }

async function helmOf(ctx: ReadContext, input: UpgradeInput): Promise<HelmStyle | undefined> {
  const style = supported(styleOf(await clusterOf(ctx), await repositoryOf(ctx, input)))
  return style.style === 'helm' ? style : undefined
}

export const chartHasTarget: Check<UpgradeInput> = {
  id: 'chart-has-target',
  title: 'a version of the Helm chart holds the target, and it is one hop away',
  severity: 'error',
  probe: async (ctx, input) => {
    const style = await helmOf(ctx, input)
    if (style === undefined) return NOT_HERE
    const stops = (await knownHops(ctx, input)).map((hop) => hop.to)
    if (stops.length > 1) {
      const hints = stops.map((stop) => `flux-ops upgrade --to ${stop}`)
      return fail('chart-has-target', `${stops.length} hops (${stops.join(' → ')}): with the Helm chart a run is one of them`, { hints })
    }
    const found = await chartFor(ctx, input, style)
    const to = targetOf(input).version
    if (found.status === 'found')
      return pass(`chart ${FLUX_CHART} ${found.version} holds Flux ${to}, ${style.runs ?? style.pin.text} is deployed`)
    if (found.status === 'missing') return fail('chart-has-target', found.why, { hints: ['choose another --to', LOOK_UP] })
    const said =
      input.chartVersion === undefined
        ? [LOOK_UP]
        : [`if you have looked:  --waive chart-has-target="chart ${input.chartVersion} holds Flux ${to}"`]
    return { status: 'unknown', cause: found.why, hints: said }
  },
}

export const helmReleaseSafe: Check<UpgradeInput> = {
  id: 'helm-release-safe',
  title: 'the HelmRelease of Flux has no setting that Flux itself would not outlive',
  severity: 'error',
  probe: async (ctx, input) => {
    const style = await helmOf(ctx, input)
    if (style === undefined) return NOT_HERE
    try {
      const [release, { values }] = await Promise.all([readRelease(ctx, style.release), readRecord(ctx, style.release)])
      const items = releaseHazards(release, values)
      if (items.length === 0) return pass(`HelmRelease ${style.release}`)
      return fail('helm-release-safe', `${counted(items.length, 'setting')} of HelmRelease ${style.release}`, {
        items,
        hints: ['take it out in git, push, wait until it is applied'],
      })
    } catch (error) {
      if (error instanceof OpsError) return { status: 'unknown', cause: messageOf(error), hints: error.hints }
      throw error
    }
  },
}
