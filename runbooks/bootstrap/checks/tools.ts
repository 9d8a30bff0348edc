// The tools that the steps start.
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { Tool } from '../../../src/ports/exec.ts'
import type { BootstrapInput } from '../input.ts'
import { fail, pass } from './results.ts'

async function ask(ctx: ReadContext, tool: Tool, args: readonly string[], items: CheckItem[]): Promise<string> {
  try {
    return (await ctx.exec.run({ tool, args, effect: 'read', timeoutMs: 30_000 })).stdout
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    items.push({ where: tool, what: [error.message, ...error.hints].join('; ') })
    return ''
  }
}

const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.')

export const toolsPresent: Check<BootstrapInput> = {
  id: 'tools-present',
  title: 'flux, kubectl and git are there, in versions that fit',
  severity: 'error',
  probe: async (ctx, { file }) => {
    const items: CheckItem[] = []
    const [flux] = await Promise.all([
      ask(ctx, 'flux', ['version', '--client'], items),
      ask(ctx, 'kubectl', ['version', '--client'], items),
      ask(ctx, 'git', ['--version'], items),
    ])
    const version = /v(\d+\.\d+\.\d+\S*)/.exec(flux)?.[1]
    // With the Flux Operator nothing is made by flux: it only fetches.
    if (file.flux.style !== 'operator' && flux !== '' && (version === undefined || minorOf(version) !== minorOf(file.flux.version)))
      items.push({
        where: 'flux',
        what: `is ${version ?? 'of a version that it does not say'}; the manifests of ${file.flux.version} are made by one of ${minorOf(file.flux.version)}`,
      })
    if (items.length === 0) return pass(`flux ${version}`)
    return fail(
      'tools-present',
      'a tool is missing or does not fit',
      [`flux ${file.flux.version}: https://fluxcd.io/flux/installation/`],
      items,
    )
  },
}
