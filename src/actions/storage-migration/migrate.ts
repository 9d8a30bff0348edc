// Rewrites stored objects at their CRD's storage version and only then trims status.storedVersions: that order is the safety property.
import { OpsError } from '../../errors.ts'
import type { Context } from '../../ports/context.ts'
import { readCrds } from '../cluster-survey.ts'
import { movedUnderWay, readKind } from './kind.ts'
import { createPace } from './pace.ts'
import { openRecord } from './record.ts'
import { type Migration, type Rewritten, rewriteKind } from './rewrite-kind.ts'
import { trimStoredVersions } from './trim.ts'

/** A CRD that changes each time its objects are rewritten is being changed by something that must be stopped first. */
const ROUNDS = 3
const MOST_NAMED = 10

interface KindResult extends Rewritten {
  readonly trimmed: boolean
}

/**
 * Migrates all that needs it; safe to run again at any point, and quick after a kill. Returns how many objects were written and which CRDs were
 * trimmed. Objects that the API server refuses do not stop the others; their CRD is not trimmed, and `storage-objects-refused` is thrown.
 */
export async function migrateStorage(ctx: Context): Promise<{ objects: number; crds: string[] }> {
  const { crds } = await readCrds(ctx.kube)
  const migration: Migration = { ctx, pace: createPace(ctx.clock), record: await openRecord(ctx) }
  const results: KindResult[] = []
  const trimmed: string[] = []
  for (const { name } of crds) {
    const result = await migrateKind(migration, name)
    results.push(result)
    if (result.trimmed) trimmed.push(name)
  }
  if (results.some(({ refused }) => refused.length > 0)) throw objectsRefused(results)
  return { objects: results.reduce((sum, { written }) => sum + written, 0), crds: trimmed }
}

async function migrateKind(migration: Migration, name: string): Promise<KindResult> {
  let written = 0
  for (let round = 1; round <= ROUNDS; round++) {
    const kind = await readKind(migration.ctx, name)
    if (kind === undefined) return { written, trimmed: false, refused: [], gaveUp: false }
    const rewritten = await rewriteKind(migration, kind)
    written += rewritten.written
    if (rewritten.refused.length > 0 || kind.drops.length === 0) return { ...rewritten, written, trimmed: false }
    const end = await trimStoredVersions(migration.ctx, kind)
    if (end !== 'changed') return { ...rewritten, written, trimmed: end === 'trimmed' }
  }
  throw movedUnderWay(`${name} was changed ${ROUNDS} times`)
}

function objectsRefused(results: readonly KindResult[]): OpsError {
  const refused = results.flatMap((result) => result.refused)
  const others = results.some((result) => result.gaveUp) ? 'after so many the rest was not tried' : 'all others were'
  const named = refused.slice(0, MOST_NAMED).map(({ error }) => `  ${error.message}`)
  const more = refused.length > MOST_NAMED ? [`  and ${refused.length - MOST_NAMED} more`] : []
  const untrimmed = [...new Set(refused.filter(({ kind }) => kind.drops.length > 0).map(({ kind }) => kind.crd.name))]
  const kept = untrimmed.length === 0 ? '' : `; status.storedVersions of ${untrimmed.join(', ')} stays as it is`
  const [first] = refused
  const { namespace, name } = first?.object.metadata ?? {}
  return new OpsError({
    code: 'storage-objects-refused',
    message: [
      `${refused.length} ${refused.length === 1 ? 'object' : 'objects'} could not be rewritten, ${others}${kept}`,
      ...named,
      ...more,
    ].join('\n'),
    hints: [
      `see it again: kubectl -n ${namespace} patch ${first?.kind.crd.name} ${name} --type merge -p '{}' --dry-run=server`,
      'let the API server take them, or delete them',
    ],
  })
}
