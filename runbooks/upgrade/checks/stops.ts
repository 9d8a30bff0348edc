// What a chain of hops needs besides what one hop needs.
import { headerVersion, installCommand } from '../../../src/actions/gotk.ts'
import type { Check, CheckItem, CheckResult } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf, hopsFor, repositoryOf, styleOf, supported } from '../inspect.ts'
import { fail, pass } from './results.ts'

/** Asks the CLI for the manifests of each stop and throws them away. */
export async function exportable(ctx: ReadContext, stops: readonly string[]): Promise<CheckResult> {
  const items: CheckItem[] = []
  for (const stop of stops) {
    const result = await ctx.exec.run({ ...installCommand(stop, []), allowFailure: true }).catch((error: unknown) => {
      if (error instanceof OpsError) return error
      throw error
    })
    if (result instanceof OpsError) return { status: 'unknown', cause: result.message, hints: result.hints }
    if (result.exitCode === 0 && headerVersion(result.stdout) === stop) continue
    items.push({ where: `Flux ${stop}`, what: result.stderr.trim().split('\n').at(-1) || 'flux install --export did not print it' })
  }
  if (items.length === 0) return pass(stops.join(', '))
  const hints = [
    'from a machine that reaches api.github.com and github.com',
    `or hop by hop, each with a flux CLI of that release:  flux-ops upgrade --to ${stops[0]}`,
  ]
  return fail('stops-exportable', 'the flux CLI cannot write the manifests of a stop', { items, hints })
}

/** The flux CLI carries the manifests of its own release only; those of a stop it asks github.com for. */
export const stopsExportable: Check<UpgradeInput> = {
  id: 'stops-exportable',
  title: 'the flux CLI can write the manifests of every stop on the way',
  severity: 'error',
  probe: async (ctx, input) => {
    const stops = (await hopsFor(ctx, input)).slice(0, -1)
    if (stops.length === 0) return { status: 'skip', reason: 'one hop, no stop on the way' }
    const style = supported(styleOf(await clusterOf(ctx), await repositoryOf(ctx, input)))
    if (style.style !== 'bootstrap') return { status: 'skip', reason: 'the pins are only set, no manifests are written' }
    return exportable(
      ctx,
      stops.map((hop) => hop.to),
    )
  },
}
