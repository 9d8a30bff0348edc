import { describe, expect, it } from 'vitest'
import { assertProposable } from '../../../runbooks/upgrade/proposal/possible.ts'

const refused = (style: 'pin' | 'bootstrap' | 'operator', stops: string[]) => {
  try {
    assertProposable(style, stops)
    return undefined
  } catch (error) {
    return error
  }
}

describe('one pull request', () => {
  it('can hold one hop of a Flux that git pins', () => {
    expect([refused('pin', ['2.9.2']), refused('bootstrap', ['2.9.2'])]).toEqual([undefined, undefined])
  })

  it('cannot hold a chain of hops: each stop is named as a command', () => {
    expect(refused('pin', ['2.7.5', '2.9.2'])).toMatchObject({
      code: 'pull-request-chain',
      hints: ['flux-ops upgrade --to 2.7.5 --pr', 'flux-ops upgrade --to 2.9.2 --pr'],
    })
  })

  it('cannot be proven where the Flux Operator keeps Flux, which is said before anything is done', () => {
    expect(refused('operator', ['2.9.2'])).toMatchObject({ code: 'pull-request-style', exit: 'refused' })
  })
})
