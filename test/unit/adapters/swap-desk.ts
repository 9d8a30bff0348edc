// A folder with one sealed file in it, and another user of this machine.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { OpsError } from '../../../src/errors.ts'

export const OLD = 'a: ENC[AES256_GCM,data:old]\n'
export const NEW = 'a: ENC[AES256_GCM,data:new1]\n'
export const WAS = createHash('sha256').update(OLD).digest('hex')

export interface Desk {
  readonly root: string
  readonly file: string
  /** What the file holds. */
  text(): Promise<string>
  /** Names in the folder. */
  names(): Promise<string[]>
}

export async function openDesk(): Promise<Desk> {
  const root = await mkdtemp(join(tmpdir(), 'flux-ops-swap-'))
  onTestFinished(() => {
    execFileSync('chmod', ['-R', 'u+rwx', root])
    return rm(root, { recursive: true, force: true })
  })
  const file = join(root, 'a.sops.yaml')
  await writeFile(file, OLD)
  return { root, file, text: () => readFile(file, 'utf8'), names: async () => (await readdir(root)).sort() }
}

export const failureOf = (promise: Promise<unknown>): Promise<OpsError | undefined> =>
  promise.then(
    () => undefined,
    (error: OpsError) => error,
  )

export const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o7777).toString(8)

const isRoot = process.getuid?.() === 0
export const SOMEBODY = 65534

/** Somebody whom modes bind: root is nobody else for as long as `work` takes. */
export async function asSomebody<T>(work: () => Promise<T>): Promise<T> {
  if (!isRoot) return await work()
  process.seteuid?.(SOMEBODY)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}

/** An owner that a file of ours can have, other than the one it is made with where this user may give it away. */
export const otherOwner = (): [uid: number, gid: number] =>
  isRoot ? [SOMEBODY, SOMEBODY] : [process.getuid?.() ?? 0, process.getgroups?.().at(-1) ?? 0]
