// Parsed flags -> what the glue needs, in one shape for every command.
import { parseWaivers } from './flags.ts'

export interface OutputFlags {
  readonly json: boolean
  readonly plain: boolean
  readonly noColor: boolean
  /** stdout belongs to a document: what is told on the way goes to stderr. */
  readonly stdoutTaken?: boolean
}

export interface ClusterFlags {
  readonly context: string | undefined
  readonly kubeconfig: string | undefined
  readonly namespace: string
}

export interface RunFlags extends OutputFlags, ClusterFlags {
  readonly yes: boolean
  readonly dryRun: boolean
  readonly waivers: Readonly<Record<string, string>>
}

/** What oclif parsed; flags that a command does not have are undefined. */
export interface RawFlags {
  readonly json?: boolean | undefined
  readonly plain?: boolean | undefined
  readonly 'no-color'?: boolean | undefined
  readonly context?: string | undefined
  readonly kubeconfig?: string | undefined
  readonly namespace?: string | undefined
  readonly yes?: boolean | undefined
  readonly 'dry-run'?: boolean | undefined
  readonly waive?: string[] | undefined
}

export const outputOf = (raw: RawFlags): OutputFlags => ({
  json: raw.json === true,
  plain: raw.plain === true,
  noColor: raw['no-color'] === true,
})

export const clusterOf = (raw: RawFlags): ClusterFlags => ({
  context: raw.context,
  kubeconfig: raw.kubeconfig,
  namespace: raw.namespace ?? 'flux-system',
})

export const runFlagsOf = (raw: RawFlags): RunFlags => ({
  ...outputOf(raw),
  ...clusterOf(raw),
  yes: raw.yes === true,
  dryRun: raw['dry-run'] === true,
  waivers: parseWaivers(raw.waive),
})

/** Whether a flag was typed or set in the environment, rather than defaulted. */
export const isGiven = (
  parsed: { metadata: { flags: Record<string, { setFromDefault?: boolean } | undefined> } },
  flag: string,
): boolean => {
  const from = parsed.metadata.flags[flag]
  return from !== undefined && from.setFromDefault !== true
}
