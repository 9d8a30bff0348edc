// An age file, opened with the key files that were named: by ourselves where we can, else by the age CLI, which knows SSH keys, plugins and key
// files that are sealed themselves.
import { OpsError } from '../../errors.ts'
import type { ReadContext } from '../../ports/context.ts'
import { Secret } from '../../ports/secret.ts'
import type { AgeFile } from '../../sops/keys/age-file.ts'
import { type Identity, parseIdentities } from '../../sops/keys/identities.ts'
import { ageOpenCommand, openBytesWithIdentities, openWithIdentities } from '../../sops/keys/open.ts'

type Context = Pick<ReadContext, 'exec' | 'files'>

export interface OpenedFile {
  readonly text: Secret
  /** Whether one of the key files opens it without the keys of `held`: those are lost when it is needed. */
  opensWithout(held: readonly Identity[]): Promise<boolean>
}

const FOR_THE_CLI = new Set(['identity-no-match', 'age-cli-needed'])

interface KeyFiles {
  readonly native: readonly Identity[]
  readonly paths: readonly string[]
}

async function readKeyFiles({ files }: Context, paths: readonly string[]): Promise<KeyFiles> {
  const texts = await Promise.all(paths.map(async (path) => ({ path, text: await files.readText(path) })))
  const ours = texts.filter(({ text }) => /^AGE-/m.test(text))
  const native = (await Promise.all(ours.map(({ path, text }) => parseIdentities(text, path)))).flat()
  const plugins = native.some(({ kind }) => kind === 'plugin')
  return { native, paths: texts.filter((one) => plugins || !ours.includes(one)).map(({ path }) => path) }
}

/** Throws the error of the last of them where none opens it. */
async function openByCli({ exec }: Context, age: AgeFile, paths: readonly string[], bytes = false): Promise<Secret | undefined> {
  let failed: unknown
  for (const path of paths) {
    try {
      return new Secret((await exec.run({ ...(await ageOpenCommand(age, path)), bytes })).stdout)
    } catch (error) {
      if (!(error instanceof OpsError)) throw error
      failed = error
    }
  }
  if (failed !== undefined) throw failed
  return undefined
}

const opens = async (attempt: Promise<unknown>): Promise<boolean> => {
  try {
    return (await attempt) !== undefined
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return false
  }
}

/** Throws as `openWithIdentities`, as `parseIdentities`, and the error of the age CLI. */
export async function openWithKeyFiles(ctx: Context, age: AgeFile, given: readonly string[]): Promise<OpenedFile> {
  const { native, paths } = await readKeyFiles(ctx, given)
  const opensWithout: OpenedFile['opensWithout'] = async (held) => {
    const own = new Set(held.map(({ secret }) => secret.reveal()))
    const others = native.filter(({ secret }) => !own.has(secret.reveal()))
    if (others.length > 0 && (await opens(openWithIdentities(age, others)))) return true
    return await opens(openByCli(ctx, age, paths))
  }
  try {
    return { text: await openWithIdentities(age, native), opensWithout }
  } catch (error) {
    if (!(error instanceof OpsError) || !FOR_THE_CLI.has(error.code)) throw error
    const text = await openByCli(ctx, age, paths)
    if (text === undefined) throw error
    return { text, opensWithout: async () => true }
  }
}

/** The same for what is no text. */
export async function openBytesWithKeyFiles(ctx: Context, age: AgeFile, given: readonly string[]): Promise<Uint8Array> {
  const { native, paths } = await readKeyFiles(ctx, given)
  try {
    return await openBytesWithIdentities(age, native)
  } catch (error) {
    if (!(error instanceof OpsError) || !FOR_THE_CLI.has(error.code)) throw error
    const opened = await openByCli(ctx, age, paths, true)
    if (opened === undefined) throw error
    return Buffer.from(opened.reveal(), 'latin1')
  }
}
