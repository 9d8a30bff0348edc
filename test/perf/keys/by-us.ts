// The same by our own procedures, as a process of its own: survey, next key beside the old one, written, proven from disk; new data keys, written, proven.
// usage: by-us.ts <work tree>      OLD_KEY and NEW_KEY in the environment.
import { openFiles } from '../../../src/actions/keys/open-files.ts'
import { type Resealed, withNextKey, withoutOldKey } from '../../../src/actions/keys/reseal.ts'
import { rereadSealed, surveySealed } from '../../../src/actions/keys/sealed-survey.ts'
import { swapSealed } from '../../../src/actions/keys/swap-files.ts'
import { localWorld } from '../../../src/adapters/context.ts'
import { createRedactor } from '../../../src/adapters/redactor.ts'
import { type Identity, parseIdentities } from '../../../src/sops/keys/identities.ts'
import type { SealedFile } from '../../../src/sops/sealed/model.ts'

const root = process.argv[2] ?? ''
const { signal } = new AbortController()
const ctx = { ...localWorld({ env: process.env, redactor: createRedactor(), signal }), signal }

async function keyOf(name: string): Promise<Identity & { recipient: string }> {
  const [identity] = await parseIdentities(process.env[name] ?? '', name)
  if (identity?.recipient === undefined) throw new Error(`${name} holds no key`)
  return { ...identity, recipient: identity.recipient }
}

async function written({ changes, problems }: Resealed, files: number): Promise<readonly SealedFile[]> {
  if (problems.length > 0 || changes.length !== files)
    throw new Error(`${changes.length} of ${files} files: ${JSON.stringify(problems.slice(0, 3))}`)
  await swapSealed(ctx, root, changes)
  return (
    await rereadSealed(
      ctx,
      root,
      changes.map(({ path }) => path),
    )
  ).files
}

async function proven(files: readonly SealedFile[], count: number, identity: Identity): Promise<void> {
  const { opened } = await openFiles(ctx, files, [identity])
  if (opened.length !== count || opened.some(({ mac }) => mac !== 'holds')) throw new Error('not every file opens')
}

const [old, next] = [await keyOf('OLD_KEY'), await keyOf('NEW_KEY')]
const { files } = await surveySealed(ctx, root)
const both = await written(
  await withNextKey(files, { now: [old], next }, { recipient: next.recipient, beside: old.recipient }),
  files.length,
)
await proven(both, files.length, next)
const after = await written(await withoutOldKey(ctx, both, { next: [next], old }), files.length)
await proven(after, files.length, next)
process.stdout.write(`${after.length}\n`)
