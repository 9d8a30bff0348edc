// A plan on disk: what `upgrade plan --out` writes and `upgrade apply` reads. It is bound to one cluster and cannot be edited unnoticed.
import { createHash } from 'node:crypto'
import * as z from 'zod'
import { localFiles } from '../adapters/files.ts'
import type { AnyRunbook } from '../engine/model.ts'
import { type OpsError, refusal, usageError } from '../errors.ts'

const FORMAT = 'flux-ops-plan/1'

const planFileSchema = z.object({
  format: z.string(),
  tool: z.string(),
  runbook: z.object({ id: z.string(), version: z.number().int() }),
  cluster: z.object({ uid: z.string().min(1), context: z.string() }),
  madeAt: z.iso.datetime(),
  input: z.json(),
  plan: z.json(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

export type PlanFile = z.infer<typeof planFileSchema>

/** Of everything but itself, keys sorted: indenting a plan file anew does not break it. */
function checksum(body: Omit<PlanFile, 'sha256'>): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => [key, sorted(item)]),
    )
  }
  return createHash('sha256')
    .update(JSON.stringify(sorted(body)))
    .digest('hex')
}

export async function writePlanFile(path: string, body: Omit<PlanFile, 'sha256' | 'format'>): Promise<void> {
  const whole = { format: FORMAT, ...body }
  await localFiles.writeText(path, `${JSON.stringify({ ...whole, sha256: checksum(whole) }, null, 2)}\n`)
}

const invalid = (path: string, why: string): OpsError =>
  usageError('plan-file-invalid', `${path} is not a plan file: ${why}`, 'make one: flux-ops upgrade plan --to VERSION --out plan.json')

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  return issue ? `${issue.path.join('.') || 'it'}: ${issue.message}` : 'it does not have the shape of one'
}

/** Throws OpsError (usage) for a file that is none, `plan-stale` (refused) for one of another program version's format. */
export async function readPlanFile(path: string): Promise<PlanFile> {
  const text = await localFiles.readText(path)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw invalid(path, 'it is not JSON')
  }
  const format = (value as { format?: unknown } | null)?.format
  if (typeof format === 'string' && format.startsWith('flux-ops-plan/') && format !== FORMAT)
    throw refusal('plan-format', `${path} has format ${format}; this flux-ops reads ${FORMAT}`, 'make the plan anew with this flux-ops')
  const parsed = planFileSchema.safeParse(value)
  if (!parsed.success) throw invalid(path, firstIssue(parsed.error))
  if (parsed.data.format !== FORMAT) throw invalid(path, `its format is "${parsed.data.format}"`)
  const { sha256, ...body } = parsed.data
  if (checksum(body) !== sha256)
    throw refusal('plan-changed', `${path} was changed after it was made: its checksum does not fit`, 'make the plan anew and review that')
  return parsed.data
}

export function assertPlanFits(file: PlanFile, path: string, runbook: AnyRunbook): void {
  if (file.runbook.id !== runbook.id) throw invalid(path, `it is a plan of runbook ${file.runbook.id}`)
  if (file.runbook.version !== runbook.version)
    throw refusal(
      'plan-format',
      `${path} was made by version ${file.runbook.version} of runbook ${runbook.id} (flux-ops ${file.tool}); this one is ${runbook.version}`,
      'make the plan anew',
    )
}

export const assertPlanCluster = (file: PlanFile, path: string, uid: string): void => {
  if (file.cluster.uid !== uid)
    throw refusal(
      'plan-wrong-cluster',
      `${path} was made for cluster ${file.cluster.uid} (context ${file.cluster.context}); this is ${uid}`,
      `--context ${file.cluster.context}`,
    )
}
