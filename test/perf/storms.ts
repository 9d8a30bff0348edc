// Whether the causes that are named are the ones that were planted, each as the state that it is, over many made-up clusters: a count, and no time.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { storm } from '../unit/diagnosis/storm.ts'
import type { Benchmark } from './benchmark.ts'

const STORMS = 500
const DIAGNOSIS = fileURLToPath(new URL('../../src/diagnosis', import.meta.url))

const key = (labels: readonly string[], state: string): string => `${[...labels].sort().join(', ')}: ${state}`

interface Counted {
  readonly right: number
  readonly wrong: number
  readonly missed: number
  readonly notReady: number
  /** Called unknown, and what its controller says is not shown. */
  readonly bare: number
}

const stateOf = (named: string): string => named.slice(named.lastIndexOf(' ') + 1)

/** Every state that the sources name. */
function knownStates(): string[] {
  const texts = readdirSync(DIAGNOSIS, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(`${DIAGNOSIS}/${name}`, 'utf8'))
  const found = texts.flatMap((text) => [...text.matchAll(/'([a-z]+(?:-[a-z]+)*)'/g)].map(([, word = '']) => word))
  const places = texts.flatMap((text) => [...text.matchAll(/^\s*state: [^,\n]*/gm)].map(([place]) => place))
  return [...new Set(found)].filter((word) => places.some((place) => place.includes(`'${word}'`))).sort()
}

const tell = (state: string, into: Map<string, number>): void => void into.set(state, (into.get(state) ?? 0) + 1)

function count(seed: number, planted: Map<string, number>): Counted {
  const made = storm(seed, { objects: 50 + (seed % 20) * 100, causes: seed % 10 })
  const { causes, notReady } = diagnose(made.snapshot)
  const found = new Set(causes.map(({ object, also, state }) => key([object, ...also], state)))
  const wanted = new Set(made.planted.map(({ labels, state }) => key(labels, state)))
  for (const one of wanted) tell(stateOf(one), planted)
  const right = [...found].filter((one) => wanted.has(one)).length
  const bare = causes.filter(({ state, evidence }) => state === 'unknown' && !evidence.some(({ text }) => text !== '')).length
  return { right, wrong: found.size - right, missed: wanted.size - right, notReady, bare }
}

export const benchmark: Benchmark = async ({ objects: storms = STORMS }) => {
  const sum = { right: 0, wrong: 0, missed: 0, notReady: 0, bare: 0 }
  const planted = new Map<string, number>()
  for (let seed = 1; seed <= storms; seed++) {
    const one = count(seed, planted)
    for (const name of ['right', 'wrong', 'missed', 'notReady', 'bare'] as const) sum[name] += one[name]
  }
  const { right, wrong, missed, notReady, bare } = sum
  const left = knownStates().filter((state) => !planted.has(state))
  process.stderr.write(
    `  ${storms} storms, ${right + missed} causes of ${planted.size} states planted, ${notReady} objects not ready: precision ${(right / (right + wrong)).toFixed(4)}, recall ${(right / (right + missed)).toFixed(4)}\n`,
  )
  process.stderr.write(`  states that are not planted: ${left.length === 0 ? 'none' : left.join(', ')}\n`)
  return [
    { what: 'causes named and not planted', unit: 'causes', ours: wrong, limit: 0 },
    { what: 'causes planted and not named', unit: 'causes', ours: missed, limit: 0 },
    { what: 'unknown, without evidence', unit: 'causes', ours: bare, limit: 0 },
  ]
}
