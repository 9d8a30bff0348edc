// Which files a Kustomization applies is told as kustomize would find them.
import { describe, expect, test } from 'vitest'
import { isKustomizationFile, KustomizeTree } from '../../../src/flux/kustomize-tree.ts'

const tree = (files: Readonly<Record<string, string>>): KustomizeTree =>
  new KustomizeTree(Object.entries(files).map(([path, text]) => ({ path, text })))

const applied = (files: Readonly<Record<string, string>>, folder: string, components: readonly string[] = []): string[] =>
  [...tree(files).applied(folder, components)].sort()

describe('a folder without a kustomization', () => {
  test('is applied with all YAML below it, and nothing else', () => {
    const files = { 'apps/a.yaml': '', 'apps/deep/b.yml': '', 'apps/c.env': '', 'appsy/d.yaml': '', 'e.yaml': '' }

    expect(applied(files, 'apps')).toEqual(['apps/a.yaml', 'apps/deep/b.yml'])
    expect(applied(files, '')).toEqual(['apps/a.yaml', 'apps/deep/b.yml', 'appsy/d.yaml', 'e.yaml'])
  })

  test('leaves to a kustomization below it what that one names', () => {
    const files = {
      'apps/a.yaml': '',
      'apps/web/kustomization.yaml': 'resources: [b.yaml]\n',
      'apps/web/b.yaml': '',
      'apps/web/unnamed.yaml': '',
      'apps/web/deep/kustomization.yaml': 'resources: [c.yaml]\n',
      'apps/web/deep/c.yaml': '',
    }

    expect(applied(files, 'apps')).toEqual(['apps/a.yaml', 'apps/web/b.yaml', 'apps/web/kustomization.yaml'])
  })
})

describe('a kustomization', () => {
  test.each([
    ['a resource', 'resources:\n  - x/a.yaml\n'],
    ['a resource with a comment and an anchor of its own folder', 'resources:\n- ./x/a.yaml # the one\n'],
    ['a list on one line', 'resources: [ "x/a.yaml", other.yaml ]\n'],
    ['a patch', 'patches:\n  - path: x/a.yaml\n    target: {kind: Secret}\n'],
    ['a patch on one line', 'patches:\n  - {path: x/a.yaml, target: {kind: Secret}}\n'],
    ['an old patch', "patchesStrategicMerge:\n  - 'x/a.yaml'\n"],
    ['a file of a generator', 'secretGenerator:\n  - name: s\n    files:\n      - x/a.yaml\n'],
    ['a file of a generator under another name', 'configMapGenerator:\n  - files: ["values.yaml=x/a.yaml"]\n'],
    ['variables of a generator', 'secretGenerator:\n  - name: s\n    envs: [x/a.yaml]\n'],
    ['variables of a generator, as it was once', 'secretGenerator:\n  - name: s\n    env: x/a.yaml\n'],
    ['JSON', '{"resources": ["x/a.yaml"]}'],
    ['JSON on lines', '{\n  "patches": [\n    {\n      "path": "x/a.yaml"\n    }\n  ]\n}\n'],
    ['lines of Windows', 'resources:\r\n  - x/a.yaml\r\n'],
  ])('applies %s', (_what, text) => {
    expect(applied({ 'apps/kustomization.yaml': text, 'apps/x/a.yaml': '', 'apps/y.yaml': '' }, 'apps')).toEqual([
      'apps/kustomization.yaml',
      'apps/x/a.yaml',
    ])
  })

  test.each(['my own.yaml', 'a#b.yaml', 'a=b.yaml', 'ä.yaml', '@x+y~.yaml'])('applies a file that is called %s', (name) => {
    expect(applied({ kustomization: '', Kustomization: `resources:\n  - "${name}"\n`, [name]: '' }, '')).toContain(name)
  })

  test('applies what others that it names apply, wherever they lie, and each once', () => {
    const files = {
      'prod/kustomization.yaml': 'resources:\n  - ../base\n  - ../base\ncomponents: [../components/db]\n',
      'base/kustomization.yml': 'resources: [web, a.yaml, ../prod]\n',
      'base/a.yaml': '',
      'base/web/Kustomization': 'resources: [b.yaml]\n',
      'base/web/b.yaml': '',
      'components/db/kustomization.yaml': 'kind: Component\npatches: [{path: c.yaml}]\n',
      'components/db/c.yaml': '',
      'components/other/d.yaml': '',
    }

    expect(applied(files, 'prod').filter((path) => !isKustomizationFile(path))).toEqual([
      'base/a.yaml',
      'base/web/b.yaml',
      'components/db/c.yaml',
    ])
  })

  test('may name the root of the repository', () => {
    const files = { 'clusters/a/kustomization.yaml': 'resources: [../..]\n', 'kustomization.yaml': 'resources: [x.yaml]\n', 'x.yaml': '' }

    expect(applied(files, 'clusters/a')).toContain('x.yaml')
  })

  test('names nothing outside of the repository', () => {
    expect(applied({ 'apps/kustomization.yaml': 'resources: [../../x.yaml, https://x.example/x.yaml]\n', 'x.yaml': '' }, 'apps')).toEqual([
      'apps/kustomization.yaml',
    ])
  })

  test('is the first of the names that kustomize looks for', () => {
    const files = {
      'kustomization.yml': 'resources: [a.yaml]\n',
      'kustomization.yaml': 'resources: [b.yaml]\n',
      'a.yaml': '',
      'b.yaml': '',
    }

    expect(applied(files, '')).toEqual(['b.yaml', 'kustomization.yaml'])
  })
})

test('components that the Flux Kustomization itself names are applied with the folder, and without it where it is asked for alone', () => {
  const one = tree({ 'apps/a.yaml': '', 'parts/db/kustomization.yaml': 'kind: Component\nresources: [b.yaml]\n', 'parts/db/b.yaml': '' })

  expect(one.applied('apps', ['../parts/db', '../parts/gone'])).toEqual(['apps/a.yaml', 'parts/db/kustomization.yaml', 'parts/db/b.yaml'])
  expect(one.applied('apps')).toEqual(['apps/a.yaml'])
})

test('a folder that is not there applies nothing', () => {
  const one = tree({ 'apps/a.yaml': '' })

  expect(one.applied('gone')).toEqual([])
  expect([one.has('apps'), one.has(''), one.has('gone')]).toEqual([true, true, false])
})
