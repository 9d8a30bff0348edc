// The new texts of a phase, made from what the branch has now. Each sealed file is proven before it is given back; nothing is written here.
import { createHash } from 'node:crypto'
import { type Resealed, withNextKey, withoutNextKey, withoutOldKey } from '../../../src/actions/keys/reseal.ts'
import { type FileProblem, surveyWorkTree } from '../../../src/actions/keys/sealed-survey.ts'
import type { SealedChange } from '../../../src/actions/keys/swap-files.ts'
import { OpsError } from '../../../src/errors.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import { keyFileOf, withoutKey } from '../../../src/sops/keys/generate.ts'
import type { Identity } from '../../../src/sops/keys/identities.ts'
import { addRecipient, removeRecipient } from '../../../src/sops/rules/edit.ts'
import type { SealedFile } from '../../../src/sops/sealed/model.ts'
import { readSealed } from '../../../src/sops/sealed/read.ts'
import { lacksBeside } from '../../../src/sops/sealed/sealed-to.ts'
import { TEAM_FILE } from '../../../src/sops/team-file.ts'
import { keysAtHand } from '../cluster/key-secrets.ts'
import { concerns, type Phase } from '../phases.ts'
import { type RotateView, recipientsOf } from '../plan-facts.ts'
import { ruleFiles } from '../survey.ts'
import { withKeyText } from './key-in-file.ts'

type WorkTree = Awaited<ReturnType<typeof surveyWorkTree>>

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

interface Ring {
  readonly all: readonly Identity[]
  readonly next: Identity
  readonly old: Identity & { readonly recipient: string }
}

const keyGone = (what: string, secrets: readonly string[]): OpsError =>
  new OpsError({
    code: 'key-not-kept',
    message: `the ${what} key is not in Secret ${secrets.join(', ')} any more: somebody else writes to it`,
    hints: ['flux-ops age restore puts back what the backup has', 'then:  flux-ops runs resume'],
  })

async function ringOf(ctx: Pick<ReadContext, 'kube'>, view: RotateView): Promise<Ring> {
  const { all, next, old } = await keysAtHand(ctx, view)
  if (next === undefined) throw keyGone('new', view.plan.secrets)
  if (old?.recipient === undefined) throw keyGone('old', view.plan.secrets)
  return { all, next, old: { ...old, recipient: old.recipient } }
}

const without = (all: readonly Identity[], key: Identity): Identity[] => all.filter(({ recipient }) => recipient !== key.recipient)

const stopped = (problems: readonly FileProblem[]): OpsError =>
  new OpsError({
    code: 'files-not-sealed',
    message: [
      'nothing was written: not every file can be sealed anew',
      ...problems.map(({ path, message }) => `  ${path}: ${message}`),
    ].join('\n'),
    hints: [...new Set(problems.flatMap(({ hints }) => hints))].slice(0, 6).concat('then:  flux-ops runs resume'),
  })

function whole({ changes, problems }: Resealed): readonly SealedChange[] {
  if (problems.length > 0) throw stopped(problems)
  return changes
}

const progressOf =
  (ctx: Pick<ReadContext, 'progress'>, what: string, total: number) =>
  (done: number): void => {
    if (done % 20 === 0) ctx.progress({ waitingFor: what, lastSeen: `${done} of ${total} files` })
  }

/** Files with the texts that `changes` give them. */
export const renewed = (files: readonly SealedFile[], changes: readonly SealedChange[]): SealedFile[] => {
  const texts = new Map(changes.map(({ path, text }) => [path, text]))
  return files.map((file) => {
    const text = texts.get(file.path)
    return text === undefined ? file : (readSealed(file.path, text) as SealedFile)
  })
}

type Context = Pick<ReadContext, 'kube' | 'exec' | 'clock' | 'progress' | 'files' | 'git'>

async function added(ctx: Context, files: readonly SealedFile[], ring: Ring): Promise<readonly SealedChange[]> {
  const now = without(ring.all, ring.next)
  const addition = { recipient: ring.next.recipient ?? '', beside: ring.old.recipient }
  return whole(
    await withNextKey(files, { now, next: ring.next }, addition, progressOf(ctx, 'files to be sealed to both keys', files.length)),
  )
}

/** What others pushed with the old key alone gets the new one first: both keys are in the cluster. */
async function cut(ctx: Context, files: readonly SealedFile[], ring: Ring): Promise<readonly SealedChange[]> {
  const behind = files.filter((file) => lacksBeside(file, ring.next.recipient ?? '', ring.old.recipient))
  const ready = renewed(files, await added(ctx, behind, ring))
  const progress = progressOf(ctx, 'files to get new data keys', files.length)
  return whole(await withoutOldKey(ctx, ready, { next: without(ring.all, ring.old), old: ring.old }, progress))
}

/**
 * Behind the cut the old key is put in first. Also where the new key is lost: to take it out of a file that has both its recipient is enough; what such a
 * file holds of the key itself then stays in it.
 */
async function back(ctx: Context, view: RotateView, files: readonly SealedFile[]): Promise<Made> {
  const { all, next, old } = await keysAtHand(ctx, view)
  const { old: before, next: recipient } = recipientsOf(view)
  const lacking = files.filter((file) => lacksBeside(file, before, recipient))
  if (old === undefined) throw keyGone('old', view.plan.secrets)
  const keys = { now: without(all, old), next: old }
  const progress = progressOf(ctx, 'files to be sealed to the old key again', lacking.length)
  const ready = renewed(files, whole(await withNextKey(lacking, keys, { recipient: before, beside: recipient }, progress)))
  const now = all.filter((each) => each.recipient !== recipient)
  const changes = whole(await withoutNextKey(ready, { now, next: recipient }))
  if (next === undefined) return { changes, keyTexts: new Map() }
  const ring = { all, next, old: { ...old, recipient: before } }
  return { changes, keyTexts: await keysInFiles(ctx, view, 'back', ring, renewed(files, changes)) }
}

interface Made {
  readonly changes: readonly SealedChange[]
  readonly keyTexts: ReadonlyMap<string, string>
}

async function forth(ctx: Context, view: RotateView, phase: 'add' | 'cut', files: readonly SealedFile[]): Promise<Made> {
  const ring = await ringOf(ctx, view)
  const changes = await (phase === 'add' ? added : cut)(ctx, files, ring)
  return { changes, keyTexts: await keysInFiles(ctx, view, phase, ring, renewed(files, changes)) }
}

/** What a phase makes of the text of a key that lies in a file. */
const keyChange = (phase: Phase, { old, next }: Ring, at: string): ((text: string) => string) => {
  const having = (text: string, key: Identity): string =>
    text.includes(key.secret.reveal()) ? text : `${text.replace(/\n*$/, '\n')}${keyFileOf(key, at).reveal()}`
  if (phase === 'cut') return (text) => withoutKey(having(text, next), old) ?? text
  if (phase === 'back') return (text) => withoutKey(having(text, old), next) ?? text
  return (text) => having(text, next)
}

async function keysInFiles(
  ctx: Context,
  view: RotateView,
  phase: Phase,
  ring: Ring,
  files: readonly SealedFile[],
): Promise<Map<string, string>> {
  const change = keyChange(
    phase,
    ring,
    ctx.clock
      .now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z'),
  )
  const wanted = new Set(view.plan.keyFiles)
  const identities = phase === 'cut' ? without(ring.all, ring.old) : phase === 'back' ? without(ring.all, ring.next) : ring.all
  const texts = new Map<string, string>()
  for (const file of files.filter(({ path }) => wanted.has(path)))
    texts.set(file.path, await withKeyText(ctx, file, phase === 'back' ? ring.next : ring.old, change, identities))
  return texts
}

async function sealedChanges(ctx: Context, view: RotateView, phase: Phase, survey: WorkTree): Promise<SealedChange[]> {
  const files = survey.files.filter((file) => concerns(phase, file, recipientsOf(view)))
  if (files.length === 0) return []
  const { changes, keyTexts } = await (phase === 'back' ? back(ctx, view, files) : forth(ctx, view, phase, files))
  const was = new Map(files.map((file) => [file.path, sha256(file.text)]))
  return changes.map(({ path, text }) => ({ path, was: was.get(path) ?? '', text: keyTexts.get(path) ?? text }))
}

/** `.sops.yaml`, and in the end the name that the team has for the key. */
async function otherChanges(ctx: Context, view: RotateView, phase: Phase, survey: WorkTree): Promise<SealedChange[]> {
  const { old, next } = recipientsOf(view)
  const edit = (path: string, text: string): string => {
    if (path === TEAM_FILE) return phase === 'cut' ? text.replaceAll(old, next) : phase === 'back' ? text.replaceAll(next, old) : text
    if (phase === 'back') return removeRecipient({ path, text: addRecipient({ path, text }, { old: next, new: old }) }, { old: next })
    // Also before the cut: a rule that others pushed meanwhile may name the old one alone.
    const both = addRecipient({ path, text }, { old, new: next })
    return phase === 'add' ? both : removeRecipient({ path, text: both }, { old })
  }
  const changes: SealedChange[] = []
  for (const path of [...ruleFiles(survey), ...survey.tracked.filter((each) => each === TEAM_FILE)]) {
    const text = await ctx.files.readText(`${survey.root}/${path}`)
    if (!text.includes(old) && !text.includes(next)) continue
    const edited = edit(path, text)
    if (edited !== text) changes.push({ path, was: sha256(text), text: edited })
  }
  return changes
}

/** Nothing is left to do when it is empty. Throws OpsError `files-not-sealed`, `key-not-kept`, `keys-unread`, and those of src/sops/rules. */
export async function makePhase(ctx: Context, view: RotateView, phase: Phase): Promise<SealedChange[]> {
  const survey = await surveyWorkTree(ctx, view.plan.repo.root)
  return [...(await otherChanges(ctx, view, phase, survey)), ...(await sealedChanges(ctx, view, phase, survey))]
}

/** Whether the phase has nothing left to do, without opening anything. */
export async function isMade(ctx: Context, view: RotateView, phase: Phase): Promise<boolean> {
  const survey = await surveyWorkTree(ctx, view.plan.repo.root)
  if (survey.files.some((file) => concerns(phase, file, recipientsOf(view)))) return false
  return (await otherChanges(ctx, view, phase, survey)).length === 0
}
