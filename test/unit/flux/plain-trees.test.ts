// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what Flux substitutes
import { describe, expect, it } from 'vitest'
import { Trees } from '../../../src/flux/plain-trees.ts'

const files = (...entries: [path: string, text: string][]) => entries.map(([path, text]) => ({ path, text }))
const plain = (entries: [string, string][], substituted = false): boolean => new Trees(files(...entries)).isPlain(['apps'], substituted)

describe('a folder needs no rendering', () => {
  it('when it holds manifests only, or kustomizations that change nothing that matters', () => {
    expect(plain([['apps/a.yaml', 'kind: ConfigMap\n']])).toBe(true)
    expect(
      plain([
        ['apps/kustomization.yaml', 'namespace: web\nresources:\n  - ./a.yaml\n'],
        ['apps/a.yaml', ''],
      ]),
    ).toBe(true)
  })

  it.each([
    ['a remote base', 'resources:\n  - github.com/a/b?ref=v1\n'],
    ['a manifest in JSON', 'resources:\n  - a.json\n'],
    ['a generator that is not known', 'generators:\n  - a.yaml\n'],
    ['replacements', 'replacements: []\n'],
    ['a patch of an apiVersion', 'patches:\n  - patch: |\n      - {op: replace, path: /apiVersion, value: v1}\n'],
  ])('but it does with %s', (_what, text) => {
    expect(plain([['apps/kustomization.yaml', text]])).toBe(false)
  })

  it('but it does when a base elsewhere in the repository does', () => {
    const base: [string, string] = ['base/deep/kustomization.yaml', 'resources:\n  - https://git.test/x\n']

    expect(plain([['apps/kustomization.yaml', 'resources:\n  - ../base\n'], base])).toBe(false)
    expect(plain([['apps/kustomization.yaml', 'resources:\n  - ../other\n'], base])).toBe(true)
    expect(plain([['apps/kustomization.yaml', 'resources: [../base]\n'], base])).toBe(false)
  })

  it('but it does when variables or encrypted values in it are to be looked at', () => {
    expect(plain([['apps/a.yaml', 'a: ${B}\n']])).toBe(true)
    expect(plain([['apps/a.yaml', 'a: ${B}\n']], true)).toBe(false)
    expect(plain([['apps/a.yaml', 'sops:\n  mac: x\n']], true)).toBe(false)
  })

  it('and folders whose names begin alike are told apart', () => {
    expect(new Trees(files(['apps-2/a.yaml', ''], ['apps/b.yaml', ''], ['apps', ''])).of(['apps']).map((file) => file.path)).toEqual([
      'apps',
      'apps/b.yaml',
    ])
  })
})
