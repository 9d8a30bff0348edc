import { describe, expect, it } from 'vitest'
import { assertProposable } from '../../../runbooks/upgrade/proposal/possible.ts'

const refused = (stops: string[]) => {
  try {
    assertProposable(stops)
    return undefined
  } catch (error) {
    return error
  }
}

describe('one pull request', () => {
  it('can hold one hop', () => {
    expect(refused(['2.9.2'])).toBeUndefined()
  })

  it('cannot hold a chain of hops: each stop is named as a command', () => {
    expect(refused(['2.7.5', '2.9.2'])).toMatchObject({
      code: 'pull-request-chain',
      exit: 'refused',
      hints: ['flux-ops upgrade --to 2.7.5 --pr', 'flux-ops upgrade --to 2.9.2 --pr'],
    })
  })
})
