// What a benchmark gives, and how times are taken.
import { spawn } from 'node:child_process'

/** Milliseconds, medians. `reach` is the highest ratio ours/peer that is wanted. */
export interface Figure {
  readonly what: string
  readonly against: string
  readonly ours: number
  readonly peer: number
  readonly reach: number
}

/** `objects`: of the cluster that is measured, where a benchmark has such. */
export interface Size {
  readonly objects?: number | undefined
}

/** A figure that has to stay below a limit, in its own unit. */
export interface Limited {
  readonly what: string
  readonly unit: string
  readonly ours: number
  readonly limit: number
}

export type Benchmark = (size: Size) => Promise<(Figure | Limited)[]>

export const isReached = (figure: Figure | Limited): boolean =>
  'limit' in figure ? figure.ours <= figure.limit : figure.ours / figure.peer <= figure.reach

export const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

/** Milliseconds of one whole process, from start to end. A failure is no measurement. `stderr` of one that says a line an object is kept out. */
export const timeProcess = (argv: readonly string[], env: NodeJS.ProcessEnv, stderr: 'inherit' | 'ignore' = 'inherit'): Promise<number> =>
  new Promise((resolve, reject) => {
    const [command = '', ...args] = argv
    const began = performance.now()
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', stderr] })
    child.stdout.resume()
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(performance.now() - began) : reject(new Error(`${argv.join(' ')} ended with ${code}`)),
    )
  })

/** Runs the commands in turn, so that a slower minute of the machine meets all of them. @returns the median of each */
export const alternate = async (
  commands: readonly (readonly string[])[],
  rounds: number,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number[]> => {
  const times = commands.map((): number[] => [])
  for (let round = -1; round < rounds; round++) {
    for (const [index, command] of commands.entries()) {
      const time = await timeProcess(command, env)
      if (round >= 0) times[index]?.push(time) // the first round only warms the file cache
    }
  }
  return times.map(median)
}
