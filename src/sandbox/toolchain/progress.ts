// What the builder is doing, and the one line a person reads about it.
import type { ToolId } from './recipes.ts'

export type ToolProgress =
  | { readonly type: 'waiting'; readonly holder: number; readonly seconds: number }
  | {
      readonly type: 'building'
      readonly tool: ToolId
      readonly index: number // from 1
      readonly total: number
      readonly seconds: number // since this tool was begun
      readonly secondsLeft: number // for all that is left, this tool included
    }
  | {
      readonly type: 'built'
      readonly tool: ToolId
      readonly index: number
      readonly total: number
      readonly seconds: number
      readonly bytes: number
    }
  | { readonly type: 'damaged'; readonly tool: ToolId }

export type OnToolProgress = (progress: ToolProgress) => void

/** `4 min 10 s`, `50 s`. */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds))
  const minutes = Math.floor(whole / 60)
  return minutes === 0 ? `${whole} s` : `${minutes} min ${whole % 60} s`
}

const place = (progress: { index: number; total: number }): string => `${progress.index} of ${progress.total}`

export const describeProgress = (progress: ToolProgress): string => {
  switch (progress.type) {
    case 'waiting':
      return `◎ waiting for another toolchain build (process ${progress.holder}), ${duration(progress.seconds)}`
    case 'damaged':
      return `⚠ ${progress.tool} does not have the checksum it was built with; it is built again`
    case 'built':
      return `✔ ${progress.tool} (${place(progress)}) in ${duration(progress.seconds)}, ${Math.round(progress.bytes / 1e6)} MB`
    case 'building': {
      const since = progress.seconds < 1 ? '' : `, since ${duration(progress.seconds)}`
      return `► building ${progress.tool} (${place(progress)}${since}, about ${duration(progress.secondsLeft)} left)`
    }
  }
}

/**
 * Seconds left for `todo`, whose first tool has run for `elapsed` seconds.
 * `done` says how long finished tools took against their estimates, so that a slow or warm machine corrects the guess.
 */
export const secondsLeft = (
  todo: readonly { seconds: number }[],
  elapsed: number,
  done: readonly { estimated: number; actual: number }[],
): number => {
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)
  const estimated = sum(done.map((d) => d.estimated))
  const pace = estimated < 20 ? 1 : sum(done.map((d) => d.actual)) / estimated
  const [first, ...rest] = todo.map((t) => t.seconds * pace)
  return Math.max(0, (first ?? 0) - elapsed) + sum(rest)
}
