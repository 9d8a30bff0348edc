// Many sealed files opened with the same identities. Where our reading of a MAC is in doubt, sops has the last word.
import type { ReadContext } from '../../ports/context.ts'
import { Secret } from '../../ports/secret.ts'
import type { Identity } from '../../sops/keys/identities.ts'
import { type Keyring, keyringOf } from '../../sops/sealed/keyring.ts'
import type { SealedFile } from '../../sops/sealed/model.ts'
import { type MacVerdict, openSealed } from '../../sops/sealed/open.ts'
import { sideBySide } from '../side-by-side.ts'
import { type FileProblem, problemOf } from './sealed-survey.ts'

export interface OpenResult {
  readonly path: string
  readonly mac: MacVerdict
  /** SHA-256 of what is in it; see openSealed. */
  readonly digest: string
  readonly by: readonly string[]
}

export interface OpenResults {
  readonly opened: readonly OpenResult[]
  readonly problems: readonly FileProblem[]
}

/** Files under way at once: the platform computes with their keys beside us. */
const AT_ONCE = 4

const TYPE: Readonly<Record<SealedFile['format'], string>> = { yaml: 'yaml', json: 'json', dotenv: 'dotenv', ini: 'ini', binary: 'binary' }

/** What sops says of the MAC; `unknown` where it cannot be asked. What it decrypts goes no further than this function. */
async function askSops(ctx: Pick<ReadContext, 'exec'>, file: SealedFile, identities: readonly Identity[]): Promise<MacVerdict> {
  const type = TYPE[file.format]
  try {
    const { exitCode, stderr } = await ctx.exec.run({
      tool: 'sops',
      args: ['decrypt', '--input-type', type, '--output-type', type],
      effect: 'read',
      stdin: file.text,
      env: { SOPS_AGE_KEY: new Secret(identities.map(({ secret }) => secret.reveal()).join('\n')) },
      allowFailure: true,
    })
    if (exitCode === 0) return 'holds'
    return /MAC mismatch/i.test(stderr) ? 'mismatch' : 'unknown'
  } catch {
    return 'unknown'
  }
}

async function openOne(
  ctx: Pick<ReadContext, 'exec'>,
  file: SealedFile,
  keyring: Keyring,
  identities: readonly Identity[],
): Promise<OpenResult> {
  const { mac, digest, by } = await openSealed(file, keyring)
  const doubtful = mac === 'unknown' || mac === 'mismatch'
  const asked = doubtful ? await askSops(ctx, file, identities) : mac
  return { path: file.path, mac: asked === 'unknown' ? mac : asked, digest, by }
}

/** `progress` is told the number of files that are done. */
export async function openFiles(
  ctx: Pick<ReadContext, 'exec' | 'signal'>,
  files: readonly SealedFile[],
  identities: readonly Identity[],
  progress: (done: number) => void = () => undefined,
): Promise<OpenResults> {
  const keyring = await keyringOf(identities)
  let done = 0
  const results = await sideBySide(files, AT_ONCE, async (file) => {
    ctx.signal.throwIfAborted()
    const result = await openOne(ctx, file, keyring, identities).catch((error: unknown) => problemOf(file.path, error))
    done += 1
    progress(done)
    return result
  })
  return { opened: results.filter((one) => 'digest' in one), problems: results.filter((one) => 'code' in one) }
}
