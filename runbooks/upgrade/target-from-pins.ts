// Without --to, a pull request says itself where it wants to go: by its pins.

import type { Completed } from '../../src/engine/model.ts'
import { OpsError, usageError } from '../../src/errors.ts'
import type { HelmStyle } from '../../src/flux/styles.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { addressOf } from './chart.ts'
import type { UpgradeInput } from './input.ts'
import { clusterOf, liveVersion, repositoryOf, styleOf, supported } from './inspect.ts'
import { pinsOf } from './plan.ts'

/** Of a chart its repository knows which release it holds. */
async function heldBy(ctx: ReadContext, style: HelmStyle): Promise<string[]> {
  const { version } = style.pin
  const held = version === undefined ? undefined : await ctx.charts.appVersion(addressOf(style), version)
  return held === undefined ? [] : [held.replace(/^v/, '')]
}

/** The one version that the pins name and that does not run, or the one that runs. Throws OpsError `target-unclear`, or what detection throws. */
async function wanted(ctx: ReadContext, input: UpgradeInput): Promise<{ version: string; runs: boolean }> {
  const cluster = await clusterOf(ctx)
  const repository = await repositoryOf(ctx, input)
  const style = supported(styleOf(cluster, repository))
  const pins = pinsOf(style)
  const versions = style.style === 'helm' ? await heldBy(ctx, style) : [...new Set(pins.flatMap((pin) => pin.version ?? []))]
  const live = liveVersion(cluster)
  const alike = cluster.installed.status === 'found' ? cluster.installed.alike : []
  const others = versions.filter((version) => version !== live && !alike.includes(version))
  const [version, second] = others
  if (version !== undefined && second === undefined) return { version, runs: false }
  if (version === undefined && versions.length > 0) return { version: live, runs: true }
  const said = pins.map((pin) => [`${pin.file}:${pin.line}`, pin.text || 'no version', pin.why].filter(Boolean).join(' '))
  throw usageError(
    'target-unclear',
    `the pins of the clone name no one version to go to: ${said.join('; ') || 'none was found'}`,
    'name it:  --to VERSION',
  )
}

/** Leaves the target out where it cannot be told: check target-known then says why, beside the other checks. */
export async function completeInput(ctx: ReadContext, input: UpgradeInput): Promise<Completed<UpgradeInput>> {
  if (input.to !== '') return { input }
  try {
    const { version, runs } = await wanted(ctx, input)
    return runs
      ? { nothing: `Flux ${version} runs and is what this clone pins: there is nothing to upgrade` }
      : { input: { ...input, to: version } }
  } catch (error) {
    if (error instanceof OpsError) return { input }
    throw error
  }
}

/** Why the target could not be told. */
export async function whyUnclear(ctx: ReadContext, input: UpgradeInput): Promise<OpsError> {
  try {
    const { version } = await wanted(ctx, input)
    return usageError('target-unclear', `the pins of the clone name Flux ${version} now`, 'run it again')
  } catch (error) {
    if (error instanceof OpsError) return error
    throw error
  }
}
