// Each fault alone, in style bootstrap: see harness/fault-suite.ts.
import { describe } from 'vitest'
import { faultSuite } from './harness/fault-suite.ts'

describe('an upgrade in style bootstrap', () => faultSuite('bootstrap'))
