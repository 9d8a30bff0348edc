// Every moment at which a run in style operator-helm can be killed: see harness/kill-suite.ts.
import { describe } from 'vitest'
import { killSuite } from './harness/kill-suite.ts'

describe('style operator-helm', () => killSuite('operator-helm'))
