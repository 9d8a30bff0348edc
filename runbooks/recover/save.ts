// The objects as they are before they are touched. Secrets are not among them: nothing secret is written to a disk.
import type { Facts, WriteStep } from '../../src/engine/model.ts'
import type { Context, ReadContext } from '../../src/ports/context.ts'
import type { Address, RecoverPlan } from './plan-schema.ts'
import { labelAt, readAt } from './remedies/remedy.ts'

const INDEX = 'saved/index.json'

/** Everything that is written to, each once. */
const touched = ({ fixes }: RecoverPlan): Address[] => {
  const all = fixes.flatMap(({ first, at, to }) => [...first, at, ...(to === undefined ? [] : [to])])
  return [...new Map(all.map((at) => [at.uid, at])).values()].filter(({ kind }) => kind !== 'Secret')
}

const fileOf = ({ kind, namespace, name }: Address): string =>
  `saved/${[kind, ...(namespace === undefined ? [] : [namespace]), name].join('_')}.json`

async function saveAll(ctx: Context, plan: RecoverPlan): Promise<Facts> {
  await ctx.files.makeDir(`${ctx.runDir}/saved`)
  const files: Record<string, string> = {}
  for (const at of touched(plan)) {
    const object = await readAt(ctx, at)
    if (object === undefined) continue
    const path = `${ctx.runDir}/${fileOf(at)}`
    await ctx.files.writeText(path, `${JSON.stringify(object, null, 1)}\n`)
    files[fileOf(at)] = await ctx.files.sha256(path)
  }
  await ctx.files.writeText(`${ctx.runDir}/${INDEX}`, `${JSON.stringify({ files }, null, 1)}\n`)
  return { files: Object.keys(files).length }
}

const isSaved = (ctx: ReadContext): Promise<boolean> => ctx.files.exists(`${ctx.runDir}/${INDEX}`)

export const save: WriteStep<RecoverPlan> = {
  kind: 'write',
  id: 'save',
  title: 'save the objects as they are',
  why: 'what is touched can be looked up as it was before',
  preview: ({ plan }) => touched(plan).map((at) => `write ${fileOf(at)} into the folder of the run: ${labelAt(at)}`),
  isDone: isSaved,
  run: (ctx, { plan }) => saveAll(ctx, plan),
}
