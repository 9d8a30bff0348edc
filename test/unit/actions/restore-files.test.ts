import { describe, expect, it } from 'vitest'
import { restoreFiles } from '../../../src/actions/restore-files.ts'
import { fakeContext } from './fakes.ts'

const KEPT = '/runs/one/taken-back/apps/a.yaml'

const desk = (text: string | undefined, atHead: string) => {
  const restored: string[] = []
  const files = new Map<string, string>(text === undefined ? [] : [['/repo/apps/a.yaml', text] as const])
  const git = {
    show: async () => atHead,
    restore: async (_dir: string, paths: readonly string[]) => {
      restored.push(`${[...files.keys()].filter((path) => path === KEPT).length} kept, ${paths.join(' ')} restored`)
    },
  }
  return { ctx: fakeContext({ git, files }), files, restored }
}

describe('files that are put back', () => {
  it('are kept first as they stand: somebody may have gone on in them', async () => {
    const { ctx, files, restored } = desk('what a person wrote\n', 'old\n')

    await restoreFiles(ctx, '/repo', ['apps/a.yaml'])

    expect(files.get(KEPT)).toBe('what a person wrote\n')
    expect(restored).toEqual(['1 kept, apps/a.yaml restored'])
  })

  it('are not kept where HEAD has them as they are: a second try does not write over what the first one kept', async () => {
    const { ctx, files } = desk('old\n', 'old\n')

    await restoreFiles(ctx, '/repo', ['apps/a.yaml'])

    expect(files.has(KEPT)).toBe(false)
  })

  it('may be gone: then git brings them back', async () => {
    const { ctx, restored } = desk(undefined, 'old\n')

    await restoreFiles(ctx, '/repo', ['apps/a.yaml'])

    expect(restored).toEqual(['0 kept, apps/a.yaml restored'])
  })
})
