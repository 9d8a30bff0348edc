import { expect, test } from 'vitest'
import { FLUX_KINDS } from '../../../src/flux/kinds.ts'
import { findNamed, nameLabel, parseKind, parseObjectNames } from '../../../src/flux/object-names.ts'
import { flux } from './objects.ts'

const labels = (...words: string[]): string[] => parseObjectNames(words).map(nameLabel)

const refused = (...words: string[]): { code: string; message: string; hints: string[] } => {
  try {
    parseObjectNames(words)
  } catch (error) {
    return error as { code: string; message: string; hints: string[] }
  }
  throw new Error(`${words.join(' ')} was taken`)
}

test('an object is named by kind and name, and by its namespace where that is given', () => {
  expect(labels('ks/apps', 'hr/media/plex')).toEqual(['Kustomization apps', 'HelmRelease media/plex'])
})

test.each([
  ['kubectl', 'helmreleases.helm.toolkit.fluxcd.io/plex'],
  ['kubectl get -o name', 'helmrelease.helm.toolkit.fluxcd.io/plex'],
  ['a plural', 'helmreleases/plex'],
  ['a manifest', 'HelmRelease/plex'],
  ['a short name in capitals', 'HR/plex'],
  ['our own lines, in quotes', 'HelmRelease plex'],
])('a kind is known as %s has it', (_who, word) => {
  expect(labels(word)).toEqual(['HelmRelease plex'])
})

test('every kind of Flux is known by its own name', () => {
  for (const { kind } of FLUX_KINDS) expect(labels(`${kind}/x`)).toEqual([`${kind} x`])
})

test('no word stands for two kinds', () => {
  const words = ['ag', 'ea', 'gitrepo', 'hc', 'hr', 'helmrepo', 'imgpol', 'imgrepo', 'iua', 'ks', 'ocirepo', 'alert-provider']

  expect(new Set(words.map((word) => parseKind(word).kind)).size).toBe(words.length)
})

test('a kind that stands alone takes the next word, as a line of ours is pasted', () => {
  expect(labels('HelmRelease', 'media/plex', 'ks', 'apps')).toEqual(['HelmRelease media/plex', 'Kustomization apps'])
})

test('an object that is named twice is one', () => {
  expect(labels('ks/flux-system/apps', 'Kustomization flux-system/apps')).toEqual(['Kustomization flux-system/apps'])
})

test('kinds beyond those of Flux can be named where the caller knows them', () => {
  const namespace = { kind: 'Namespace', group: '', plural: 'namespaces', namespaced: false }

  expect(parseObjectNames(['Namespace/media'], [...FLUX_KINDS, namespace]).map(nameLabel)).toEqual(['Namespace media'])
  expect(() => parseObjectNames(['Namespace/a/b'], [namespace])).toThrow('too many parts')
})

test('a name without a kind is refused, and a kind is offered', () => {
  expect(refused('plex')).toMatchObject({ code: 'object-name-invalid', message: '"plex" names no object: it has no kind' })
  expect(refused('plex').hints[0]).toContain('hr/plex')
})

test('names after the first of a kind need a kind of their own', () => {
  expect(refused('hr', 'plex', 'radarr').message).toContain('"radarr" names no object')
})

test('a namespace in front of the kind is refused with the right order', () => {
  expect(refused('media/HelmRelease/plex').hints[0]).toBe('type  HelmRelease/media/plex')
})

test.each([
  ['a word that is no kind', 'pod/x', 'object-kind-unknown'],
  ['nothing', '', 'object-name-invalid'],
  ['a kind alone', 'ks', 'object-name-invalid'],
  ['no name', 'ks/', 'object-name-invalid'],
  ['an empty namespace', 'ks//apps', 'object-name-invalid'],
  ['four parts', 'ks/a/b/c', 'object-name-invalid'],
  ['a step out of a path', 'ks/../x', 'object-name-invalid'],
  ['capitals in a name', 'ks/Apps', 'object-name-invalid'],
  ['a namespace with a dot', 'ks/a.b/apps', 'object-name-invalid'],
  ['a control character', 'ks/\u001b[31m', 'object-name-invalid'],
  ['a line break', 'ks/ap\nps', 'object-name-invalid'],
  ['a name that is too long', `ks/${'a.'.repeat(127)}`, 'object-name-invalid'],
  ['a query', 'ks/apps?x=y', 'object-name-invalid'],
])('%s is refused', (_what, word, code) => {
  expect(refused(word).code).toBe(code)
})

test('a name without a namespace is found in whatever namespace has it', () => {
  const [named] = parseObjectNames(['hr/plex'])
  const objects = [flux('HelmRelease', 'plex', { namespace: 'media' }), flux('Kustomization', 'plex', {})]

  expect(findNamed(named as never, objects)).toBe(objects[0])
})

test('a name that two namespaces have is asked back', () => {
  const [named] = parseObjectNames(['hr/plex'])
  const objects = ['media', 'test'].map((namespace) => flux('HelmRelease', 'plex', { namespace }))

  expect(() => findNamed(named as never, objects)).toThrow(
    expect.objectContaining({ code: 'object-ambiguous', hints: ['type which: HelmRelease/media/plex, HelmRelease/test/plex'] }),
  )
})

test('an object that is not there is told, with the namespace that has one of the name', () => {
  const [named] = parseObjectNames(['hr/media/plex'])
  const objects = [flux('HelmRelease', 'plex', { namespace: 'test' })]

  expect(() => findNamed(named as never, objects)).toThrow(
    expect.objectContaining({ code: 'object-not-found', hints: ['is it  HelmRelease/test/plex ?'] }),
  )
})
