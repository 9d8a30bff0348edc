// Whether the causes that are named are the ones that were planted, over many made-up clusters: a count, and no time.
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { storm } from '../unit/diagnosis/storm.ts'
import type { Benchmark } from './benchmark.ts'

const STORMS = 500

const key = (labels: readonly string[]): string => [...labels].sort().join(', ')

interface Counted {
  readonly right: number
  readonly wrong: number
  readonly missed: number
  readonly notReady: number
}

function count(seed: number): Counted {
  const { snapshot, planted } = storm(seed, { objects: 50 + (seed % 20) * 100, causes: seed % 10 })
  const { causes, notReady } = diagnose(snapshot)
  const found = new Set(causes.map(({ object, also }) => key([object, ...also])))
  const wanted = new Set(planted.map(key))
  const right = [...found].filter((one) => wanted.has(one)).length
  return { right, wrong: found.size - right, missed: wanted.size - right, notReady }
}

export const benchmark: Benchmark = async ({ objects: storms = STORMS }) => {
  const sum = { right: 0, wrong: 0, missed: 0, notReady: 0 }
  for (let seed = 1; seed <= storms; seed++) {
    const one = count(seed)
    for (const name of ['right', 'wrong', 'missed', 'notReady'] as const) sum[name] += one[name]
  }
  const { right, wrong, missed, notReady } = sum
  process.stderr.write(
    `  ${storms} storms, ${right + missed} causes planted, ${notReady} objects not ready: precision ${(right / (right + wrong)).toFixed(4)}, recall ${(right / (right + missed)).toFixed(4)}\n`,
  )
  return [
    { what: `causes named and not planted`, unit: 'causes', ours: wrong, limit: 0 },
    { what: `causes planted and not named`, unit: 'causes', ours: missed, limit: 0 },
  ]
}
