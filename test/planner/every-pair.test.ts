import { EVERY_PAIR, provePairs } from './pairs.ts'

provePairs(EVERY_PAIR)
