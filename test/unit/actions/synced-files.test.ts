import { describe, expect, it } from 'vitest'
import { outermost, syncedTree } from '../../../src/actions/synced-files.ts'
import { resolvePath } from '../../../src/flux/kustomization-paths.ts'

const file = (path: string, text = '') => ({ path, text })

describe('synced files', () => {
  it.each([
    ['clusters/prod', '../../apps/base', 'apps/base'],
    ['a', './b/../c', 'a/c'],
    ['a', '../../etc', undefined],
  ])('joins %s and %s', (folder, relative, joined) => {
    expect(resolvePath(folder, relative)).toBe(joined)
  })

  it('keeps only the outermost folders', () => {
    expect(outermost(['a/b', 'a', 'ab'])).toEqual(['a', 'ab'])
  })

  it('follows kustomization files out of the folder that the cluster syncs', () => {
    const files = [
      file('apps/prod/kustomization.yaml', 'resources:\n  - ../base # shared\n  - "../../infra/crds"\n'),
      file('apps/base/kustomization.yaml', 'resources:\n- app.yaml\n'),
      file('apps/base/app.yaml'),
      file('infra/crds/x.yaml'),
      file('apps/staging/kustomization.yaml', 'resources: [../base]\n'),
      file('clusters/other/old.yaml'),
    ]

    expect(syncedTree(files, ['apps/prod'])).toEqual(['apps/base', 'apps/prod', 'infra/crds'])
  })

  it.each([
    ['one line', 'resources: [../base, "../../infra/crds"] # shared\n'],
    ['several lines', 'resources: [\n  ../base,\n  ../../infra/crds\n]\n'],
  ])('follows a flow list on %s as well', (_where, text) => {
    const files = [file('apps/prod/kustomization.yaml', text), file('apps/base/app.yaml'), file('infra/crds/x.yaml')]

    expect(syncedTree(files, ['apps/prod'])).toEqual(['apps/base', 'apps/prod', 'infra/crds'])
  })

  it('ignores references that leave the repository or are not there', () => {
    const files = [file('a/kustomization.yaml', 'resources:\n- ../../outside\n- github.com/x/y?ref=v1\n- missing\n')]

    expect(syncedTree(files, ['a'])).toEqual(['a'])
  })

  it('takes everything when the cluster syncs the root', () => {
    expect(syncedTree([file('x/y.yaml')], [''])).toEqual([''])
  })
})
