// The manifests of the target with everything that is patched into them here, rendered in a folder of its own: what does not apply is told now
// and not when the old ones are gone.
import { messageOf, OpsError } from '../errors.ts'
import type { PatchLayer } from '../flux/patch-layers.ts'
import type { ReadContext } from '../ports/context.ts'
import { generateComponents } from './gotk.ts'

export type LayerResult =
  | { readonly status: 'applies'; readonly deployments: readonly string[] }
  | { readonly status: 'refused'; readonly where: string; readonly what: string }
  | { readonly status: 'unknown'; readonly why: string }

export const CLONE_LINK = 'repo'

/** Names of the Deployments in some manifests as flux and kustomize print them. */
const deploymentsIn = (text: string): string[] =>
  text
    .split(/^---[ \t]*\n/m)
    .flatMap((document) => (/^kind: Deployment$/m.test(document) ? (/^ {2}name: (\S+)$/m.exec(document)?.[1] ?? []) : []))

/** Lays each layer over what the one before gave. `flags`: of `flux install`, for the components that are installed. */
export async function renderTarget(
  ctx: ReadContext,
  options: { version: string; flags: readonly string[]; root: string; layers: readonly PatchLayer[] },
): Promise<LayerResult> {
  let text: string
  try {
    text = await generateComponents(ctx, options.version, options.flags)
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { status: 'unknown', why: messageOf(error) }
  }
  const deployments = deploymentsIn(text)
  for (const { where, overlay } of options.layers) {
    const result = await ctx.exec.run({
      tool: 'kubectl',
      args: ['kustomize', '.', '--load-restrictor', 'LoadRestrictionsNone'],
      effect: 'read',
      scratch: {
        files: { 'base.yaml': text, 'kustomization.yaml': `${JSON.stringify(overlay)}\n` },
        links: { [CLONE_LINK]: options.root },
      },
      env: { GIT_TERMINAL_PROMPT: '0' },
      allowFailure: true,
      timeoutMs: 60_000,
    })
    if (result.exitCode !== 0) {
      const said = result.stderr.trim().split('\n').at(-1)?.replaceAll(options.root, '.').slice(0, 400)
      return { status: 'refused', where, what: said || `kubectl kustomize ended with ${result.exitCode}` }
    }
    text = result.stdout
  }
  return { status: 'applies', deployments }
}
