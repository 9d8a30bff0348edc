// Keeps the stack of an error that should not have been: in a private file, without secrets.
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { createRedactor } from './redactor.ts'
import { runsRoot } from './run-store.ts'

const MAX_CAUSES = 5

export const homeFolder = (env: Readonly<Record<string, string | undefined>>): string => env.HOME || homedir()

function stacksOf(error: unknown): string {
  const stacks: string[] = []
  for (let at: unknown = error; at !== undefined && stacks.length < MAX_CAUSES; at = (at as Error | undefined)?.cause)
    stacks.push(at instanceof Error ? (at.stack ?? at.message) : String(at))
  return stacks.join('\ncaused by: ')
}

/** Path of the file, or undefined when it could not be written: a crash report must not crash. */
export function writeCrashLog(error: unknown, about: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const folder = dirname(runsRoot(env, homeFolder(env)))
  const stamp = new Date().toISOString().replaceAll(/[-:.]/g, '')
  const file = join(folder, `crash-${stamp}-${randomBytes(2).toString('hex')}.log`)
  const text = createRedactor().clean(`${about}\nnode ${process.version} ${process.platform}-${process.arch}\n${stacksOf(error)}\n`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
    return file
  } catch {
    return undefined
  }
}
