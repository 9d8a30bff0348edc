// Where built binaries live and how one is trusted: its SHA-256, taken when it was built, is compared on use.
// A sum that was compared since the machine started is not compared again while the file's size, times and inode are the same.
import { createHash } from 'node:crypto'
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { goPlatform } from './go.ts'
import type { Pin } from './pins.ts'
import { readPin } from './pins.ts'
import type { Recipe } from './recipes.ts'

const Built = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), seconds: z.number() })
type Built = z.infer<typeof Built>

/** `${XDG_CACHE_HOME:-~/.cache}/flux-ops/toolchain`. The specification says that a relative XDG path is to be ignored. */
export const toolchainRoot = (env: NodeJS.ProcessEnv = process.env): string => {
  const base = env.XDG_CACHE_HOME?.startsWith('/') ? env.XDG_CACHE_HOME : join(homedir(), '.cache')
  return join(base, 'flux-ops', 'toolchain')
}

const FORMAT = '1'

/** What a binary is made from, as one sum: pins, recipe, platform. Not the estimate, and not the Go release: a binary stays good. */
export const recipeKey = (pin: Pin, recipe: Recipe): string => {
  const { package: pkg, stamps = [], kind = 'package', tags, archive } = recipe
  const more = [...(tags ? [tags] : []), ...(archive ? [archive] : [])]
  return createHash('sha256')
    .update(JSON.stringify([FORMAT, goPlatform(), pin.goMod, pin.goSum, pkg, stamps, kind, ...more]))
    .digest('hex')
}

/** The sum of an archive is in its recipe. */
const NO_PIN: Pin = { goMod: '', goSum: '' }

export const binaryPath = async (root: string, recipe: Recipe): Promise<string> =>
  join(root, recipeKey(recipe.archive === undefined ? await readPin(recipe.pin) : NO_PIN, recipe), recipe.binary)

export const sha256File = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  const file = await open(path)
  try {
    const buffer = Buffer.allocUnsafe(4 * 1024 * 1024)
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null)
      if (bytesRead === 0) return hash.digest('hex')
      hash.update(buffer.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
}

const writeSmall = async (path: string, text: string): Promise<void> => {
  const temp = `${path}.${process.pid}.tmp`
  const file = await open(temp, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temp, path)
}

const fingerprint = async (path: string): Promise<string> => {
  const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true })
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  return [size, mtimeNs, ctimeNs, ino, boot.trim()].join(' ')
}

const readRecord = async (path: string): Promise<Built | undefined> => {
  const text = await readFile(`${path}.json`, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return Built.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

export type Standing = 'good' | 'missing' | 'damaged'

/** Whether the binary at `path` is there and has the sum it was built with. */
export const standing = async (path: string): Promise<Standing> => {
  const record = await readRecord(path)
  const before = await fingerprint(path).catch(() => undefined)
  if (record === undefined || before === undefined) return 'missing'
  const seen = `${record.sha256} ${before}`
  const isLinux = process.platform === 'linux'
  if (isLinux && (await readFile(`${path}.seen`, 'utf8').catch(() => '')) === seen) return 'good'
  if ((await sha256File(path)) !== record.sha256) return 'damaged'
  await writeFile(`${path}.seen`, seen, { mode: 0o600 }).catch(() => undefined)
  return 'good'
}

/** Gives a finished binary its name. The sum is written first: a binary without one counts as missing. */
export const admit = async (temp: string, path: string, seconds: number): Promise<void> => {
  const file = await open(temp)
  try {
    await file.sync()
  } finally {
    await file.close()
  }
  const record: Built = { sha256: await sha256File(temp), seconds: Math.round(seconds) }
  await rm(`${path}.seen`, { force: true })
  await writeSmall(`${path}.json`, `${JSON.stringify(record)}\n`)
  await rename(temp, path)
}
