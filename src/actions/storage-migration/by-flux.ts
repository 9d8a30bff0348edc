// The flux CLI's own migration of the cluster: https://github.com/fluxcd/flux2/blob/v2.9.2/cmd/flux/migrate.go
// One object after another under one timeout, with no record; of CRDs without the label app.kubernetes.io/part-of=flux it knows nothing.
import { OpsError } from '../../errors.ts'
import type { Context } from '../../ports/context.ts'
import type { Command } from '../../ports/exec.ts'
import { migrationLines, readMigrationNeeds } from '../storage-migration.ts'

/** `timeoutMs` is for all objects together. */
export const fluxMigrate = (timeoutMs: number): Command => ({
  tool: 'flux',
  args: ['migrate', `--timeout=${Math.ceil(timeoutMs / 1000)}s`],
  effect: 'write',
  timeoutMs: timeoutMs + 30_000,
})

const MIGRATED = /^✔ \S+\/\S+\/\S+ migrated to version \S+$/
const TRIMMED = /^✔ (\S+) migrated to storage version \S+$/

/** Throws `tool-failed` with the CLI's words, `tool-timeout`, or `migrate-incomplete` when it left something. */
export async function migrateByFlux(ctx: Context, timeoutMs: number): Promise<{ objects: number; crds: string[] }> {
  ctx.progress({ waitingFor: 'flux migrate', lastSeen: 'it says nothing before its end' })
  const { stdout, stderr } = await ctx.exec.run(fluxMigrate(timeoutMs))
  const left = await readMigrationNeeds(ctx)
  if (left.length > 0) {
    throw new OpsError({
      code: 'migrate-incomplete',
      message: ['flux migrate ended well and left:', ...migrationLines(left).map((line) => `  ${line}`)].join('\n'),
      hints: [
        'a CRD without the label app.kubernetes.io/part-of=flux is left out by it: kubectl get crds --show-labels',
        'or plan anew without --migrate-with flux',
      ],
    })
  }
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trimEnd())
  const crds = lines.flatMap((line) => TRIMMED.exec(line)?.[1] ?? [])
  return { objects: lines.filter((line) => MIGRATED.test(line)).length, crds }
}
