// What is sealed to the old key: whether all of it opens, whether it can be written, and who else may need it.

import { lt } from 'semver'
import { importedIdentities } from '../../../src/actions/keys/cluster-keys.ts'
import { openFiles } from '../../../src/actions/keys/open-files.ts'
import { withNextKey, withoutOldKey } from '../../../src/actions/keys/reseal.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import { generateKey } from '../../../src/sops/keys/generate.ts'
import { addRecipient, removeRecipient } from '../../../src/sops/rules/edit.ts'
import type { SealedFile } from '../../../src/sops/sealed/model.ts'
import { needsSops } from '../../../src/sops/sealed/rewrite.ts'
import { appliersOf } from '../applied-here.ts'
import { keyFilesOf } from '../files/key-in-file.ts'
import { renewed } from '../files/make.ts'
import type { RotateInput } from '../input.ts'
import { type OldKey, oldKeyOf, ruleFiles, sealedOf } from '../survey.ts'
import { counted, fail, failOn, pass } from './results.ts'

type RotateCheck = Check<RotateInput>

const macSays = {
  mismatch: 'its MAC does not hold: something in it was changed without sops',
  unknown: 'only sops can tell whether its MAC holds, and it could not be asked',
}

export const filesOpen: RotateCheck = {
  id: 'files-open',
  title: 'every file that is sealed to the old key opens, and its MAC holds',
  severity: 'error',
  probe: async (ctx, input) => {
    const [old, survey] = await Promise.all([oldKeyOf(ctx, input), sealedOf(ctx, input)])
    const progress = (done: number): void => {
      if (done % 20 === 0) ctx.progress({ waitingFor: 'every file to open', lastSeen: `${done} of ${old.files.length}` })
    }
    const { opened, problems } = await openFiles(ctx, old.files, old.secrets.flatMap(importedIdentities), progress)
    const items: CheckItem[] = [
      ...[...survey.problems, ...problems].map(({ path, message }) => ({ where: path, what: message })),
      ...opened.flatMap(({ path, mac }) => (mac === 'mismatch' || mac === 'unknown' ? [{ where: path, what: macSays[mac] }] : [])),
      ...survey.uncommitted
        .filter((path) => old.files.some((file) => file.path === path))
        .map((where) => ({ where, what: 'lies here as another one than it is committed, or not at all (a sparse checkout?)' })),
    ]
    if (items.length === 0) return pass(`${counted(old.files.length, 'file')}, sealed to ${old.recipient}`)
    return failOn(
      'files-open',
      items,
      (count) => `${count} files are not as they should be`,
      'mend each, commit, push: a file that does not open cannot be sealed anew',
    )
  },
}

export const onlyThisCluster: RotateCheck = {
  id: 'only-this-cluster',
  title: 'no other cluster of this repository opens its files with the old key',
  severity: 'error',
  probe: async (ctx, input) => {
    const { others, unknown } = await appliersOf(ctx, input)
    const items = others.map(({ path, by }) => ({ where: path, what: `is applied by ${by}, which this cluster does not have` }))
    if (items.length === 0 && unknown[0] !== undefined) return { status: 'unknown', cause: unknown[0] }
    return failOn(
      'only-this-cluster',
      items,
      (count) => `${count} files seem to be opened by another cluster with this very key, and it would not have the new one`,
      'give the other cluster a key of its own first: rotate there, from a branch or a folder of its own',
      'if that cluster is no more:  --waive only-this-cluster=REASON',
    )
  },
}

export const othersTold: RotateCheck = {
  id: 'others-told',
  title: 'every file that is sealed to the old key is applied by the cluster',
  severity: 'warning',
  probe: async (ctx, input) => {
    const { nobody } = await appliersOf(ctx, input)
    const items = nobody.map((where) => ({ where, what: 'is sealed anew as well; whoever opens it by hand needs the new key' }))
    return failOn('others-told', items, (count) => `${count} files are for people or for set-up: nobody applies them`)
  },
}

export const rulesEditable: RotateCheck = {
  id: 'rules-editable',
  title: 'the recipient can be changed in every .sops.yaml',
  severity: 'error',
  probe: async (ctx, input) => {
    const [{ recipient }, survey] = await Promise.all([oldKeyOf(ctx, input), sealedOf(ctx, input)])
    // Only to see whether the text takes one more.
    const { recipient: standIn } = await generateKey('x25519')
    const items: CheckItem[] = []
    const hints: string[] = []
    let named = 0
    for (const path of ruleFiles(survey)) {
      const text = await ctx.files.readText(`${survey.root}/${path}`)
      if (!text.includes(recipient)) continue
      named += 1
      try {
        const both = addRecipient({ path, text }, { old: recipient, new: standIn })
        removeRecipient({ path, text: both }, { old: recipient })
      } catch (error) {
        if (!(error instanceof OpsError)) throw error
        items.push({ where: path, what: error.message })
        hints.push(...error.hints)
      }
    }
    if (items.length > 0) return fail('rules-editable', `${items.length} files cannot be changed safely`, [...new Set(hints)], items)
    return named > 0 ? pass(counted(named, 'file')) : pass('no .sops.yaml names the old recipient')
  },
}

/** Source: changelog of sops; first with `sops rotate`, and with `sops set --value-stdin`. */
const ROTATES = '3.9.0'
const SETS_FROM_STDIN = '3.11.0'

/** What the two commits would make of these files, with a key that is thrown away: only a try tells whether gpg, or the service of a key, is there. */
async function tried(ctx: ReadContext, files: readonly SealedFile[], { recipient, identity, secrets }: OldKey): Promise<CheckItem[]> {
  const now = secrets.flatMap(importedIdentities)
  const next = await generateKey('x25519')
  const both = await withNextKey(files, { now, next }, { recipient: next.recipient, beside: recipient })
  const kept = [...now.filter((each) => each.recipient !== recipient), next]
  const cut = await withoutOldKey(ctx, renewed(files, both.changes), { next: kept, old: { ...identity, recipient } })
  return [...both.problems, ...cut.problems].map(({ path, message }) => ({ where: path, what: message }))
}

const UNKNOWN = 'its version could not be read'

/** Why sops of this machine cannot do it; undefined when it is there and new enough. */
async function sopsLacking(
  ctx: ReadContext,
  first: string,
): Promise<{ readonly why: string; readonly hints: readonly string[] } | undefined> {
  try {
    const { stdout } = await ctx.exec.run({ tool: 'sops', args: ['--version', '--disable-version-check'], effect: 'read' })
    const version = /\d+\.\d+\.\d+/.exec(stdout)?.[0]
    if (version === undefined) return { why: UNKNOWN, hints: [] }
    if (!lt(version, first)) return undefined
    return { why: `sops ${version} is too old for them: ${first} or newer is needed`, hints: [] }
  } catch (error) {
    if (!(error instanceof OpsError) || error.code !== 'tool-missing') throw error
    return { why: 'it is not installed', hints: error.hints }
  }
}

export const sopsThere: RotateCheck = {
  id: 'sops-there',
  title: 'sops can seal the files anew that only it can',
  severity: 'error',
  probe: async (ctx, input) => {
    const [old, keyFiles] = await Promise.all([oldKeyOf(ctx, input), keyFilesOf(ctx, input)])
    const needing = old.files.filter((file) => needsSops(file) !== undefined)
    const why = [
      ...needing.map((file) => ({ where: file.path, what: needsSops(file) ?? '' })),
      ...keyFiles.map((where) => ({ where, what: 'it holds the old key itself: the new one is put beside it' })),
    ]
    if (why.length === 0) return { status: 'skip', reason: 'every file is sealed to age keys alone' }
    const of = counted(why.length, 'file')
    const first = keyFiles.length > 0 ? SETS_FROM_STDIN : ROTATES
    const lacking = await sopsLacking(ctx, first)
    if (lacking?.why === UNKNOWN)
      return { status: 'unknown', cause: `${of} need sops ${first} or newer: ${UNKNOWN}`, hints: ['sops --version'] }
    if (lacking !== undefined) return fail('sops-there', `${of} need sops: ${lacking.why}`, lacking.hints, why)
    const items = await tried(ctx, needing, old)
    return items.length === 0
      ? pass(needing.length > 0 ? `${of}, tried on copies` : of)
      : fail(
          'sops-there',
          `${items.length} of ${needing.length} cannot be sealed anew from here`,
          ['sops rotate FILE   on a copy shows the same'],
          items,
        )
  },
}
