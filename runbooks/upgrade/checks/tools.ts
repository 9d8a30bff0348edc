// The tools that the steps start, and whether their versions fit the target and the API server.

import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { Tool } from '../../../src/ports/exec.ts'
import type { UpgradeInput } from '../input.ts'
import { targetOf } from '../inspect.ts'
import { failOn, pass } from './results.ts'

/** What a tool says of itself; undefined and an item when it cannot be started. */
async function ask(ctx: ReadContext, tool: Tool, args: readonly string[], items: CheckItem[]): Promise<string | undefined> {
  try {
    return (await ctx.exec.run({ tool, args, effect: 'read', timeoutMs: 30_000 })).stdout
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    items.push({ where: tool, what: [error.message, ...error.hints].join('; ') })
    return undefined
  }
}

const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.')

/** Pure: what is wrong with a flux CLI of this version for the target; undefined when nothing is. */
export function fluxSkew(version: string | undefined, target: string): string | undefined {
  if (version === undefined) return 'does not say its version'
  if (minorOf(version) !== minorOf(target))
    return `is ${version}; flux migrate and flux install have to be of ${minorOf(target)} for this target`
  return undefined
}

/** Pure: kubectl may be one minor older or newer than the API server. */
export function kubectlSkew(client: string | undefined, server: string): string | undefined {
  const minor = (version: string): number => Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? Number.NaN)
  if (client === undefined || Number.isNaN(minor(client))) return 'does not say its version'
  return Math.abs(minor(client) - minor(server)) <= 1 ? undefined : `is ${client}, the API server ${server}: more than one minor apart`
}

export const toolsPresent: Check<UpgradeInput> = {
  id: 'tools-present',
  title: 'flux, kubectl and git are there, in versions that fit',
  severity: 'error',
  probe: async (ctx, input) => {
    const items: CheckItem[] = []
    const target = targetOf(input).version
    const [flux, kubectl, identity] = await Promise.all([
      ask(ctx, 'flux', ['version', '--client'], items),
      ask(ctx, 'kubectl', ['version', '--client', '--output', 'json'], items),
      ctx.kube.identity(),
      ask(ctx, 'git', ['--version'], items),
      ...(input.backupRecipients.length > 0 ? [ask(ctx, 'age', ['--version'], items)] : []),
    ])
    const fluxVersion = flux === undefined ? undefined : /v(\d+\.\d+\.\d+\S*)/.exec(flux)?.[1]
    const kubectlVersion = kubectl === undefined ? undefined : /"gitVersion":\s*"([^"]+)"/.exec(kubectl)?.[1]
    const wrong = flux === undefined ? undefined : fluxSkew(fluxVersion, target)
    if (wrong) items.push({ where: 'flux', what: wrong })
    const skew = kubectl === undefined ? undefined : kubectlSkew(kubectlVersion, identity.version)
    if (skew) items.push({ where: 'kubectl', what: skew })
    if (items.length === 0) return pass(`flux ${fluxVersion}, kubectl ${kubectlVersion}`)
    return failOn('tools-present', items, () => 'a tool is missing or does not fit', `flux ${target}: https://fluxcd.io/flux/installation/`)
  },
}
