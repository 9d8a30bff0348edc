// Waits until every Flux object that the style brings is there and Ready, and says what it last saw when they are not in time.
import { setTimeout as wait } from 'node:timers/promises'
import * as z from 'zod'
import { OpsError } from '../../../errors.ts'
import type { SandboxContext } from '../../contract.ts'

const object = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional(), generation: z.number().optional() }),
  spec: z.looseObject({ type: z.string().optional(), suspend: z.boolean().optional() }).optional(),
  status: z
    .looseObject({
      observedGeneration: z.number().optional(),
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string(), message: z.string().optional() })).optional(),
    })
    .optional(),
})
export type FluxObject = z.infer<typeof object>

const list = z.object({ items: z.array(object) })

const KINDS = [
  'gitrepositories.source.toolkit.fluxcd.io',
  'ocirepositories.source.toolkit.fluxcd.io',
  'helmrepositories.source.toolkit.fluxcd.io',
  'helmcharts.source.toolkit.fluxcd.io',
  'kustomizations.kustomize.toolkit.fluxcd.io',
  'helmreleases.helm.toolkit.fluxcd.io',
]

const nameOf = ({ kind, metadata }: FluxObject): string => `${kind} ${metadata.namespace}/${metadata.name}`

/** Why this object is not Ready; undefined when it is. A HelmRepository of type `oci` has no status of its own. */
export function whyNotReady(found: FluxObject): string | undefined {
  if (found.kind === 'HelmRepository' && found.spec?.type === 'oci') return undefined
  const ready = found.status?.conditions?.find(({ type }) => type === 'Ready')
  if (ready === undefined) return `${nameOf(found)}: no word from its controller yet`
  if (found.status?.observedGeneration !== found.metadata.generation) return `${nameOf(found)}: its last change is not taken up yet`
  return ready.status === 'True' ? undefined : `${nameOf(found)}: ${ready.message || ready.status}`
}

async function problems(ctx: SandboxContext, expected: readonly string[]): Promise<string[]> {
  const answer = await ctx.run('kubectl', ['get', KINDS.join(','), '--all-namespaces', '--output', 'json'], { allowFailure: true })
  if (answer.exitCode !== 0) return [answer.stderr.trim().split('\n').at(-1) ?? 'kubectl said nothing']
  const { items } = list.parse(JSON.parse(answer.stdout))
  const names = new Set(items.map(nameOf))
  const missing = expected.filter((name) => !names.has(name)).map((name) => `${name}: not there yet`)
  return [...missing, ...items.map(whyNotReady).filter((reason) => reason !== undefined)]
}

/**
 * `expected` are names as `Kustomization flux-system/flux`; whatever else of Flux is in the cluster has to be Ready too.
 * Throws OpsError `sandbox-not-ready` after `withinMs` milliseconds.
 */
export async function untilAllReady(ctx: SandboxContext, expected: readonly string[], withinMs = 180_000): Promise<void> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const found = await problems(ctx, expected)
    if (found.length === 0) return
    if (Date.now() > deadline) {
      throw new OpsError({
        code: 'sandbox-not-ready',
        message: `after ${Math.round(withinMs / 1000)} s these are not ready:\n${found.map((line) => `  ${line}`).join('\n')}`,
        hints: [`read the logs of the controllers in ${ctx.paths.logs}`],
      })
    }
    await wait(400)
  }
}
