// Every moment at which a move to the Flux Operator from style pin can be killed: see runbooks/migrate-operator/killed.ts.
import { describe } from 'vitest'
import { killedMoves } from '../runbooks/migrate-operator/killed.ts'

describe('a move from style pin', () => killedMoves('pin'))
