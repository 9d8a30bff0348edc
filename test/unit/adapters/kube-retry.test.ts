import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NoAnswer } from '../../../src/adapters/kube-errors.ts'
import { nextDelay, type Repeat, type RetryState } from '../../../src/adapters/kube-retry.ts'

const fresh: RetryState = { attempt: 0, elapsedMs: 0, budgetMs: 60_000, recovering: false }
const repeats: Repeat[] = ['read', 'idempotent', 'once']

test('a request that never left is sent again, whatever it does', () => {
  for (const repeat of repeats) expect(nextDelay(new NoAnswer('ECONNREFUSED', 'refused', false), repeat, fresh)).toBeGreaterThan(0)
})

test('a request that may take effect only once is not sent again after it left', () => {
  expect(nextDelay(new NoAnswer('ECONNRESET', 'reset', true), 'once', fresh)).toBeUndefined()
})

test('a certificate that was refused is not asked again', () => {
  expect(nextDelay(new NoAnswer('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed', false), 'read', fresh)).toBeUndefined()
})

test('an overloaded server that says when is asked again even for a create, one that does not say is not', () => {
  expect(nextDelay({ status: 503, retryAfter: '1', body: '' }, 'once', fresh)).toBe(1000)
  expect(nextDelay({ status: 503, retryAfter: undefined, body: '' }, 'once', fresh)).toBeUndefined()
})

test('no wait ever goes over the budget', () => {
  const outcome = fc.oneof(
    fc.record({
      status: fc.integer({ min: 400, max: 599 }),
      retryAfter: fc.option(fc.string(), { nil: undefined }),
      body: fc.constant(''),
    }),
    fc.boolean().map((sent) => new NoAnswer('ECONNRESET', 'x', sent)),
  )
  fc.assert(
    fc.property(
      outcome,
      fc.constantFrom(...repeats),
      fc.nat(30),
      fc.nat(70_000),
      fc.boolean(),
      (what, repeat, attempt, elapsedMs, recovering) => {
        const delay = nextDelay(what, repeat, { attempt, elapsedMs, budgetMs: 60_000, recovering })

        if (delay !== undefined) {
          expect(delay).toBeGreaterThan(0)
          expect(elapsedMs + delay).toBeLessThanOrEqual(60_000)
        }
      },
    ),
  )
})
