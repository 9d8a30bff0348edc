// A sample of what test:planner does with every pair: one of each length of chain, one that image CRDs lengthen, and ways down of both kinds.
import { HEADS, type Pair, provePairs } from '../planner/pairs.ts'

const head = (minor: string): string => HEADS.find((version) => version.startsWith(`${minor}.`)) ?? minor
const pair = (from: string, to: string, image = true): Pair => ({ from: head(from), to: head(to), image })

provePairs([
  pair('2.2', '2.9'),
  pair('2.5', '2.8'),
  pair('2.6', '2.9'),
  pair('2.6', '2.9', false),
  pair('2.7', '2.9'),
  pair('2.7', '2.6'),
  pair('2.7', '2.6', false),
  pair('2.9', '2.7'),
])
