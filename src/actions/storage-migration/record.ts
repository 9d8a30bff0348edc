// Which objects of a CRD are rewritten: one file a page in the run's folder, so that a kill costs a page and not the whole. It counts on no
// order of the pages, and it holds as long as the CRD is the very same: the API server then stores every later write in the same version.
import type { Context } from '../../ports/context.ts'

/** What makes a record hold: another CRD of the name, or one that was changed, voids it. */
export type CrdState = { readonly uid: string; readonly generation: number; readonly to: string }

type Written = CrdState & { readonly crd: string; readonly ids: readonly string[] }

export interface MigrationRecord {
  /** `namespace/name` of every object that is surely stored in `state.to`. */
  written(crd: string, state: CrdState): ReadonlySet<string>
  /** On the disk when it returns. */
  add(crd: string, state: CrdState, ids: readonly string[]): Promise<void>
}

const FOLDER = 'storage-migration'

const isWritten = (value: unknown): value is Written => {
  const { crd, uid, generation, to, ids } = (value ?? {}) as Partial<Written>
  const texts = [crd, uid, to, ...(Array.isArray(ids) ? ids : [undefined])]
  return typeof generation === 'number' && texts.every((text) => typeof text === 'string')
}

/** What cannot be read or understood says nothing: those objects are rewritten once more, which harms nobody. */
async function readWritten(ctx: Context, path: string): Promise<Written[]> {
  try {
    const value: unknown = JSON.parse(await ctx.files.readText(path))
    return isWritten(value) ? [value] : []
  } catch {
    return []
  }
}

export async function openRecord(ctx: Context): Promise<MigrationRecord> {
  const folder = `${ctx.runDir}/${FOLDER}`
  const names = (await ctx.files.exists(folder)) ? await ctx.files.walk(folder) : []
  const known: Written[] = []
  for (const name of names) known.push(...(await readWritten(ctx, `${folder}/${name}`)))
  let next = 1 + Math.max(0, ...names.map((name) => Number.parseInt(name, 10) || 0))
  return {
    written: (crd, { uid, generation, to }) => {
      const holds = known.filter((one) => one.crd === crd && one.uid === uid && one.generation === generation && one.to === to)
      return new Set(holds.flatMap((one) => one.ids))
    },
    add: async (crd, { uid, generation, to }, ids) => {
      await ctx.files.makeDir(folder)
      await ctx.files.writeText(`${folder}/${next}.json`, `${JSON.stringify({ crd, uid, generation, to, ids })}\n`)
      next += 1
    },
  }
}
