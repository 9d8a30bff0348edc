// What a rehearsal takes from the plan of an upgrade: where from, where to, and which commit of which repository.
import * as z from 'zod'

const schema = z.object({
  from: z.string(),
  to: z.string(),
  namespace: z.string(),
  repo: z.object({ root: z.string(), head: z.string(), branch: z.string(), source: z.string() }),
  installation: z.object({ style: z.string() }),
  hops: z.array(z.object({ to: z.string() })).optional(),
  timeoutMs: z.number(),
  migrateWith: z.string().optional(),
})

export interface Planned {
  readonly from: string
  readonly to: string
  readonly namespace: string
  readonly repo: { readonly root: string; readonly head: string; readonly branch: string; readonly source: string }
  /** Stops on the way. */
  readonly via: readonly string[]
  /** Every release whose controllers run. */
  readonly releases: readonly string[]
  readonly timeoutSeconds: number
  readonly migrateWith?: string | undefined
  /** Whether the Flux Operator keeps Flux. */
  readonly operator: boolean
}

export function plannedIn(plan: unknown): Planned {
  const { hops = [], timeoutMs, installation, ...rest } = schema.parse(plan)
  const via = hops.map((hop) => hop.to).filter((version) => version !== rest.to)
  return {
    ...rest,
    operator: installation.style === 'operator',
    via,
    releases: [rest.from, ...via, rest.to],
    timeoutSeconds: timeoutMs / 1000,
  }
}
