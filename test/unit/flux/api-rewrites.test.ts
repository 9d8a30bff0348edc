import { describe, expect, it } from 'vitest'
import { rewritesForHop, versionForHop } from '../../../src/flux/api-rewrites.ts'

const file = (path: string, text: string) => ({ path, text })
const object = (apiVersion: string, kind: string): string => `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: x\n`
const first = { from: '2.6.3', to: '2.7.3', later: ['2.9.2'] }
const last = { from: '2.7.3', to: '2.9.2', later: [] }

describe('the API version that a hop writes', () => {
  it.each([
    ['source.toolkit.fluxcd.io', 'OCIRepository', first, 'v1'],
    // 2.6 serves no v1 of it, and still runs when the file is pushed.
    ['image.toolkit.fluxcd.io', 'ImagePolicy', first, 'v1beta2'],
    ['image.toolkit.fluxcd.io', 'ImagePolicy', last, 'v1'],
    ['helm.toolkit.fluxcd.io', 'HelmRelease', { from: '2.2.3', to: '2.7.3', later: ['2.9.2'] }, 'v2beta2'],
  ])('of %s %s over %o is %s', (group, kind, hop, version) => {
    expect(versionForHop(hop, group, kind)).toBe(version)
  })

  it('is none for a kind that the target does not have', () => {
    expect(versionForHop(last, 'source.toolkit.fluxcd.io', 'Nonsense')).toBeUndefined()
  })
})

describe('the rewrites of a hop', () => {
  it('leave alone what the stop still serves, and change it at the hop that drops it', () => {
    const before = file('a.yaml', object('image.toolkit.fluxcd.io/v1beta2', 'ImagePolicy'))

    const stop = rewritesForHop([before], first)
    const end = rewritesForHop(stop.files, last)

    expect(stop.rewrites).toEqual([])
    expect(end.rewrites).toEqual([{ file: 'a.yaml', line: 1, kind: 'ImagePolicy', from: 'v1beta2', to: 'v1' }])
  })

  it('change the characters of the version and nothing else', () => {
    const text = '# source.toolkit.fluxcd.io/v1beta2\r\napiVersion:   "source.toolkit.fluxcd.io/v1beta2"   # old\r\nkind: GitRepository\r\n'

    const { files, left } = rewritesForHop([file('a.yaml', text)], last)

    expect(files[0]?.text).toBe(text.replace('"source.toolkit.fluxcd.io/v1beta2"', '"source.toolkit.fluxcd.io/v1"'))
    expect(left).toEqual([])
  })

  it('follow the version of a patch target', () => {
    const text = [
      'apiVersion: kustomize.config.k8s.io/v1beta1',
      'kind: Kustomization',
      'patches:',
      '  - target:',
      '      group: helm.toolkit.fluxcd.io',
      '      version: v2beta2 # all of them',
      '      kind: HelmRelease',
      '    path: x.yaml',
      '',
    ].join('\n')

    const { files, rewrites } = rewritesForHop([file('kustomization.yaml', text)], last)

    expect(files[0]?.text).toBe(text.replace('version: v2beta2', 'version: v2'))
    expect(rewrites).toMatchObject([{ line: 6, from: 'v2beta2', to: 'v2' }])
  })

  it('leave to a person a line on which the version stands twice', () => {
    const twice =
      '{apiVersion: source.toolkit.fluxcd.io/v1beta2, kind: Bucket, metadata: {name: x, annotations: {was: source.toolkit.fluxcd.io/v1beta2}}}\n'

    const { files, left } = rewritesForHop([file('a.yaml', twice)], last)

    expect(left).toMatchObject([{ file: 'a.yaml', line: 1 }])
    expect(files[0]?.text).toBe(twice)
  })

  it('find nothing to do when they are done', () => {
    const { files } = rewritesForHop([file('a.yaml', object('source.toolkit.fluxcd.io/v1beta2', 'Bucket'))], last)

    expect(rewritesForHop(files, last).rewrites).toEqual([])
  })
})
