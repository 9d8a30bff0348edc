// The proofs: that the new key alone opens everything before the old one goes, and that nothing is left for the old one afterwards.

import { openFiles } from '../../../src/actions/keys/open-files.ts'
import { proveKeys } from '../../../src/actions/keys/prove.ts'
import { wholeBackup } from '../../../src/actions/keys/run-backup.ts'
import { surveyWorkTree } from '../../../src/actions/keys/sealed-survey.ts'
import type { ReadStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import { metadataOf, readSealed } from '../../../src/sops/sealed/read.ts'
import { isSealedTo } from '../../../src/sops/sealed/sealed-to.ts'
import { latecomers } from '../cluster/decryption.ts'
import { holds, type KeysAtHand, keysAtHand } from '../cluster/key-secrets.ts'
import { nextOf, type RotateView } from '../plan-facts.ts'
import type { RotatePlan } from '../plan-schema.ts'
import { backupOf } from './back-up.ts'

const notProven = (message: string, lines: readonly string[], ...hints: string[]): OpsError =>
  new OpsError({
    code: 'rotation-unproven',
    message: [message, ...lines.map((line) => `  ${line}`)].join('\n'),
    hints: [...hints, 'then:  flux-ops runs resume'],
  })

const progressOf =
  (ctx: ReadContext, total: number) =>
  (done: number): void => {
    if (done % 20 === 0) ctx.progress({ waitingFor: 'every file to open without the old key', lastSeen: `${done} of ${total}` })
  }

/** Throws OpsError `rotation-unproven`. */
export async function assertNobodyNew(ctx: ReadContext, view: RotateView, keys: KeysAtHand): Promise<void> {
  const late = await latecomers(ctx, view, keys)
  if (late.length === 0) return
  throw notProven(
    'the rotation was planned without something that needs the old key',
    late,
    `take the rotation back, and plan it anew with that:  flux-ops runs abandon ${view.runId}`,
    'or take it out of the cluster',
  )
}

interface Proven {
  readonly files: number
  readonly commit: string
  /** Files that open and whose MAC does not hold: nobody's key is at fault, and they are told. */
  readonly macMismatch: string[]
}

/** Every file of the clone that is sealed to the new key opens with what the cluster has, the old key left out. Throws OpsError `rotation-unproven`. */
async function proveFiles(ctx: ReadContext, view: RotateView): Promise<Proven> {
  const keys = await keysAtHand(ctx, view)
  const { secrets, all, next } = keys
  if (next?.recipient === undefined)
    throw notProven('the new key is not in the cluster any more', view.plan.secrets, 'flux-ops age restore')
  const lacking = secrets.filter((secret) => !holds(secret, next)).map(({ id }) => id)
  if (lacking.length > 0) throw notProven('the new key is not in every Secret any more', lacking, 'flux-ops age restore')
  await assertNobodyNew(ctx, view, keys)
  const survey = await surveyWorkTree(ctx, view.plan.repo.root)
  const files = survey.files.filter((file) => isSealedTo(file, next.recipient ?? ''))
  const without = all.filter(({ recipient }) => recipient !== view.plan.old)
  const { opened, problems } = await openFiles(ctx, files, without, progressOf(ctx, files.length))
  // Of a file that needs several keys, some of which nobody has here, the part of this one is enough.
  const several = new Set(files.filter((file) => (metadataOf(file)?.groups.length ?? 1) > 1).map(({ path }) => path))
  const shut = problems.filter(({ path }) => !several.has(path)).map(({ message }) => message)
  if (shut.length > 0) throw notProven('not every file opens without the old key', shut)
  if (several.size > 0) {
    const { keys } = await proveKeys(ctx, [next], { ...survey, files: files.filter(({ path }) => several.has(path)), problems: [] })
    const failed = keys.flatMap(({ failed: why }) => why ?? [])
    if (failed.length > 0) throw notProven('not every key group opens with the new key', failed)
  }
  const macMismatch = opened.filter(({ mac }) => mac === 'mismatch').map(({ path }) => path)
  return { files: files.length, commit: survey.head, macMismatch }
}

export const prove: ReadStep<RotatePlan> = {
  kind: 'read',
  id: 'prove',
  title: 'prove that the new key alone opens everything',
  why: 'in the cluster, in every file, and in a backup that is whole: only then the old one may go',
  run: async (ctx, view) => {
    const manifest = await wholeBackup(ctx, backupOf(view))
    if (!manifest.keys.some(({ recipient }) => recipient === nextOf(view)))
      throw notProven('the backup of this run does not have the new key', [view.plan.out])
    return { ...(await proveFiles(ctx, view)), backup: manifest.files.map(({ name }) => name) }
  },
}

/** Files of the newest commit of the branch that are sealed to the old key, and what else there names it. */
async function stillOld(
  ctx: Context,
  { plan }: RotateView,
): Promise<{ readonly sealed: string[]; readonly mentions: string[]; readonly commit: string }> {
  const { root, remote, branch } = plan.repo
  const commit = await ctx.git.fetch(root, remote, branch)
  const paths = await ctx.git.holding(root, commit, plan.old)
  const sealed: string[] = []
  for (const path of paths) {
    const text = (await ctx.git.show(root, commit, path)) ?? ''
    // What cannot be read as a sealed file and names the key is not known to be none.
    const isSealed = await Promise.resolve()
      .then(() => readSealed(path, text))
      .then((file) => file !== undefined && isSealedTo(file, plan.old))
      .catch((error: unknown) => {
        if (!(error instanceof OpsError)) throw error
        return true
      })
    if (isSealed) sealed.push(path)
  }
  return { sealed, mentions: paths.filter((path) => !sealed.includes(path)), commit }
}

/** Before the old key leaves the cluster, and once more behind it. Throws OpsError `rotation-unproven`. */
export async function assertNothingOld(ctx: Context, view: RotateView): Promise<{ readonly mentions: string[]; readonly commit: string }> {
  const { sealed, mentions, commit } = await stillOld(ctx, view)
  if (sealed.length === 0) return { mentions, commit }
  throw notProven(
    'somebody has pushed files that are sealed to the old key',
    sealed,
    `for each:  sops rotate --in-place --rm-age ${view.plan.old} --add-age ${nextOf(view) ?? ''} FILE`,
    'commit and push that, wait until Flux has applied it',
  )
}

export const proveCut: ReadStep<RotatePlan> = {
  kind: 'read',
  id: 'prove-cut',
  title: 'prove that nothing needs the old key',
  why: 'every file opens without the old key; one whose MAC does not hold is named in the report',
  run: async (ctx, view) => ({ ...(await proveFiles(ctx, view)) }),
}
