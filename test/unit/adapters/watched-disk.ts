// The disk as swapText sees it, each call named and handed to a test first: `open temp`, `sync folder`, `rename temp`.
import * as fs from 'node:fs/promises'
import type { Disk } from '../../../src/adapters/swap-text.ts'

/** Makes the call by `go`, or does something else in its place. */
export type Around = (call: string, go: () => Promise<unknown>) => unknown

const whatIs = (path: string): string => {
  if (path.endsWith('.tmp')) return 'temp'
  return path.endsWith('.yaml') ? 'file' : 'folder'
}

type Method = (...args: unknown[]) => Promise<unknown>

/** `what` undefined: it is told by the first argument. */
const watched = <T extends object>(target: T, what: string | undefined, around: Around): T =>
  new Proxy(target, {
    get: (_, name) => {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      return async (...args: unknown[]) => {
        const on = what ?? whatIs(String(args[0]))
        const result = await around(`${String(name)} ${on}`, () => (method as Method).apply(target, args))
        return what === undefined && name === 'open' ? watched(result as object, on, around) : result
      }
    },
  })

/** Files end in `.yaml`, folders do not. */
export const watchedDisk = (around: Around): Disk => watched({ ...fs }, undefined, around)

/** Only at the nth call of that name. */
export const atCall = (wanted: string, nth: number, work: (go: () => Promise<unknown>) => unknown): Around => {
  let met = 0
  return (call, go) => (call === wanted && ++met === nth ? work(go) : go())
}

export const justBefore = (wanted: string, nth: number, work: () => Promise<unknown>): Around =>
  atCall(wanted, nth, async (go) => {
    await work()
    return await go()
  })

/** With an error of that code, as the kernel gives it. */
export const failing = (wanted: string, nth: number, code: string): Around =>
  atCall(wanted, nth, async (go) => {
    // A close that fails has closed.
    if (wanted.startsWith('close')) await go()
    throw Object.assign(new Error(`${code}: as the kernel says it`), { code })
  })
