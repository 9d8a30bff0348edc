import { describe, expect, it } from 'vitest'
import { changedByOthers, foreignLines } from '../../../src/actions/own-lines.ts'
import { fakeContext } from './fakes.ts'

const HEAD = 'apiVersion: source.toolkit.fluxcd.io/v1beta2\nkind: OCIRepository\nspec:\n  ref: {tag: v2.7.3} # was v2.7.2\n'
const OURS = [
  { from: 'v2.7.3', to: 'v2.9.2' },
  { from: 'v1beta2', to: 'v1' },
]
const changed = (...edits: [string, string][]): string => edits.reduce((text, [from, to]) => text.replace(from, to), HEAD)

describe('the lines of a file that a run did not write', () => {
  it('are none before, after and in the middle of its writing', () => {
    for (const now of [HEAD, changed(['v2.7.3', 'v2.9.2']), changed(['v2.7.3', 'v2.9.2'], ['/v1beta2', '/v1'])])
      expect(foreignLines(HEAD, now, OURS)).toEqual([])
  })

  it('are those with another word, on whatever line it is', () => {
    expect(foreignLines(HEAD, changed(['v2.7.3', 'v2.9.2'], ['# was v2.7.2', '# mine']), OURS)).toEqual([4])
    expect(foreignLines(HEAD, changed(['v2.7.3', 'v2.8.0']), OURS)).toEqual([4])
    expect(foreignLines(HEAD, changed(['OCIRepository', 'GitRepository']), OURS)).toEqual([2])
  })

  it('are those that were added', () => {
    expect(foreignLines(HEAD, `${HEAD}# mine\n`, OURS)).toEqual([5, 6])
  })
})

describe('files that somebody else has changed', () => {
  const asked = (head: string | undefined, now: string | undefined) =>
    changedByOthers(
      fakeContext({ git: { show: async () => head }, files: new Map(now === undefined ? [] : [['/repo/flux.yaml', now]]) }),
      '/repo',
      OURS.map((each) => ({ file: 'flux.yaml', ...each })),
    )

  it('are named with the first line that is theirs', async () => {
    expect(await asked(HEAD, changed(['v2.7.3', 'v2.9.2']))).toEqual([])
    expect(await asked(HEAD, `# mine\n${HEAD}`)).toEqual(['flux.yaml:1'])
  })

  it('are those with a line less, too', async () => {
    expect(await asked(`${HEAD}# last\n`, HEAD)).toEqual(['flux.yaml:5'])
  })

  it('are those that are gone, or that HEAD does not have', async () => {
    expect(await asked(HEAD, undefined)).toEqual(['flux.yaml'])
    expect(await asked(undefined, HEAD)).toEqual(['flux.yaml'])
  })
})
