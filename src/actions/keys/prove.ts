// Before keys are called backed up: each opens at least one real file of the repository, alone; of one that needs several keys, its part.
import type { ReadContext } from '../../ports/context.ts'
import type { Identity } from '../../sops/keys/identities.ts'
import { keyringOf } from '../../sops/sealed/keyring.ts'
import type { SealedFile } from '../../sops/sealed/model.ts'
import { metadataOf } from '../../sops/sealed/read.ts'
import { openFiles } from './open-files.ts'
import type { SealedSurvey } from './sealed-survey.ts'

export interface KeyProof {
  readonly recipient: string
  /** A file that it opened; undefined when no file of the repository is sealed to it. */
  readonly opened: string | undefined
  /** Why a file that is sealed to it did not open. */
  readonly failed: string | undefined
}

export interface Proof {
  readonly commit: string
  readonly keys: readonly KeyProof[]
  /** Sealed files, and how many of them all keys together open. */
  readonly files: number
  readonly opened: number
  /** Paths of files that stay shut without other keys. */
  readonly shut: readonly string[]
}

const isSealedTo = (file: SealedFile, recipient: string): boolean =>
  metadataOf(file)?.groups.some(({ age }) => age.some((entry) => entry.recipient === recipient)) === true

type Context = Pick<ReadContext, 'exec' | 'progress' | 'signal'>

/** Of a file with key groups no key opens more than its own. */
async function opensPart(file: SealedFile, identity: Identity): Promise<boolean> {
  const groups = metadataOf(file)?.groups ?? []
  if (groups.length < 2) return false
  const keyring = await keyringOf([identity])
  for (const entry of groups.flatMap(({ age }) => age))
    if (entry.recipient === identity.recipient && (await keyring.unwrap(entry)) !== undefined) return true
  return false
}

async function proveOne(ctx: Context, identity: Identity, recipient: string, files: readonly SealedFile[]): Promise<KeyProof> {
  let failed: string | undefined
  // Only the age CLI uses a plugin: that its key opens nothing here says nothing of it.
  const tried = identity.kind === 'plugin' ? [] : files.filter((one) => isSealedTo(one, recipient))
  for (const file of tried) {
    const { opened, problems } = await openFiles(ctx, [file], [identity])
    if (opened.length > 0 || (await opensPart(file, identity))) return { recipient, opened: file.path, failed: undefined }
    failed ??= problems[0]?.message
  }
  return { recipient, opened: undefined, failed }
}

export async function proveKeys(
  ctx: Context,
  identities: readonly Identity[],
  survey: Pick<SealedSurvey, 'head' | 'files' | 'problems'>,
): Promise<Proof> {
  const distinct = new Map(
    identities.flatMap((identity) => (identity.recipient === undefined ? [] : [[identity.recipient, identity] as const])),
  )
  const keys: KeyProof[] = []
  for (const [recipient, identity] of distinct) keys.push(await proveOne(ctx, identity, recipient, survey.files))
  const progress = (done: number): void => {
    if (done % 50 === 0) ctx.progress({ waitingFor: 'the files of the repository to open', lastSeen: `${done} of ${survey.files.length}` })
  }
  const { opened, problems } = await openFiles(ctx, survey.files, identities, progress)
  const shut = [...new Set([...survey.problems, ...problems].map(({ path }) => path))]
  return { commit: survey.head, keys, files: survey.files.length + survey.problems.length, opened: opened.length, shut }
}
