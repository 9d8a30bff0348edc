// All objects of one CRD, one page in memory, as many writes at once as the API server takes well.
import type { OpsError } from '../../errors.ts'
import type { Context } from '../../ports/context.ts'
import type { KubeObject, Page } from '../../ports/kube.ts'
import { staleVersions } from '../managed-fields.ts'
import { idOf } from '../resources.ts'
import { atPace } from './at-pace.ts'
import { type Kind, notServed } from './kind.ts'
import type { Pace } from './pace.ts'
import type { MigrationRecord } from './record.ts'
import { isRefusal, rewriteObject } from './rewrite-object.ts'

export interface Migration {
  readonly ctx: Context
  readonly pace: Pace
  readonly record: MigrationRecord
}

export interface Refused {
  readonly kind: Kind
  readonly object: KubeObject
  readonly error: OpsError
}

export interface Rewritten {
  readonly written: number
  readonly refused: readonly Refused[]
  /** Too many were refused: the rest was not tried. */
  readonly gaveUp: boolean
}

/** So many refusals have one reason, and it is not in the objects: no more are tried. */
const TOO_MANY = 50
const TELL_EVERY = 20

/** What this pass over a CRD has done so far. */
interface Pass {
  readonly kind: Kind
  /** Written by a run that was cut short. */
  readonly before: ReadonlySet<string>
  /** Written since the last record. */
  unrecorded: string[]
  seen: number
  total: number
  written: number
  readonly refused: Refused[]
}

const gaveUp = ({ refused }: Pass): boolean => refused.length >= TOO_MANY

/** A managedFields entry shows itself, an old stored version does not: for that there is only what was recorded. */
const isOpen = ({ kind, before }: Pass, object: KubeObject): boolean =>
  staleVersions(object, kind.apiVersion).length > 0 || (kind.drops.length > 0 && !before.has(idOf(object)))

export async function rewriteKind(migration: Migration, kind: Kind): Promise<Rewritten> {
  const { ctx, record } = migration
  const before = record.written(kind.crd.name, kind.state)
  const pass: Pass = { kind, before, unrecorded: [], seen: 0, total: 0, written: 0, refused: [] }
  for await (const page of ctx.kube.pages(kind.resource, { metadataOnly: true })) {
    await keep(migration, pass)
    if (pass.total === 0) pass.total = page.items.length + (page.remaining ?? 0)
    await rewritePage(migration, pass, page)
    if (gaveUp(pass)) break
  }
  // A kind that is not served lists as empty: trimming on that would strand what is stored.
  if (pass.seen === 0 && !(await ctx.kube.serves(kind.resource))) throw notServed(kind)
  // The last page is followed by the trim at once, unless there is something to come back for.
  if (pass.refused.length > 0) await keep(migration, pass)
  return { written: pass.written, refused: pass.refused, gaveUp: gaveUp(pass) }
}

async function rewritePage(migration: Migration, pass: Pass, { items }: Page): Promise<void> {
  const open = items.filter((object) => isOpen(pass, object))
  pass.seen += items.length - open.length
  await atPace(migration.ctx, migration.pace, open, (object) => rewriteOne(migration, pass, object))
  tell(migration, pass)
}

async function rewriteOne(migration: Migration, pass: Pass, object: KubeObject): Promise<void> {
  if (gaveUp(pass)) return
  const { kind, refused } = pass
  try {
    const options = { metadataOnly: true, onBusy: migration.pace.turnedAway }
    if (await rewriteObject(migration.ctx.kube, kind.resource, object, options)) pass.written += 1
    pass.unrecorded.push(idOf(object))
  } catch (error) {
    if (!isRefusal(error)) throw error
    refused.push({ kind, object, error })
  }
  pass.seen += 1
  if (pass.seen % TELL_EVERY === 0) tell(migration, pass)
}

const tell = ({ ctx, pace }: Migration, { kind, seen, total, refused }: Pass): void => {
  const slower = pace.rest() > 0 ? ', slower as the API server asks' : ''
  const not = refused.length > 0 ? `, ${refused.length} refused` : ''
  ctx.progress({
    waitingFor: `${kind.crd.kind} objects to be stored as ${kind.state.to}`,
    lastSeen: `${seen} of ${Math.max(seen, total)}${not}${slower}`,
  })
}

/** Stale fields alone need no record. */
async function keep({ record }: Migration, pass: Pass): Promise<void> {
  const { kind, unrecorded } = pass
  pass.unrecorded = []
  if (kind.drops.length > 0 && unrecorded.length > 0) await record.add(kind.crd.name, kind.state, unrecorded)
}
