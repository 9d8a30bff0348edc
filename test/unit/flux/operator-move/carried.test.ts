import { describe, expect, it } from 'vitest'
import { carriedOfFile, carriedOfOwner } from '../../../../src/flux/operator-move/carried.ts'
import { isFor, patchName } from '../../../../src/flux/operator-move/targets.ts'

const AT = 'clusters/prod/flux-system/kustomization.yaml'
const MEMORY = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: source-controller\nspec:\n  replicas: 1\n'

const of = (fields: object, files: Readonly<Record<string, string>> = {}) =>
  carriedOfFile(fields as Record<string, unknown>, AT, (path) => files[path])

describe('what a kustomization file puts on Flux', () => {
  it('is carried as it is written: the text of a patch and its target', () => {
    const patch = '- op: add\n  path: /spec/template/spec/containers/0/args/-\n  value: --concurrent=8\n'

    expect(of({ patches: [{ patch, target: { kind: 'Deployment', name: '(a|b)' } }] })).toMatchObject({
      patches: [{ patch, target: { kind: 'Deployment', name: '(a|b)' } }],
      left: [],
    })
  })

  it('is written in where it stands in a file of its own', () => {
    const carried = of({ patches: [{ path: 'patches/memory.yaml' }] }, { 'clusters/prod/flux-system/patches/memory.yaml': MEMORY })

    expect(carried.patches).toEqual([{ patch: MEMORY }])
  })

  it('is named where its file is not in the clone', () => {
    expect(of({ patches: [{ path: '../../../../secret.yaml' }] })).toMatchObject({
      patches: [],
      left: [expect.stringContaining('cannot be read')],
    })
  })

  it('is one patch for each document of a strategic merge, inline or in a file', () => {
    const carried = of(
      { patchesStrategicMerge: [`${MEMORY}---\n${MEMORY}`, 'memory.yaml'] },
      { 'clusters/prod/flux-system/memory.yaml': MEMORY },
    )

    expect(carried.patches).toEqual([{ patch: MEMORY }, { patch: MEMORY }, { patch: MEMORY }])
  })

  it('is a patch of replicas, and labels that are put on objects alone', () => {
    const carried = of({ replicas: [{ name: 'helm-controller', count: 2 }], labels: [{ pairs: { team: 'ops' } }] })

    expect(carried).toMatchObject({
      patches: [{ target: { kind: 'Deployment', name: 'helm-controller' } }],
      labels: { team: 'ops' },
      left: [],
    })
    expect(carried.patches[0]?.patch).toContain('value: 2')
  })

  it.each([
    ['generators', { secretGenerator: [] }],
    ['components', { components: ['../x'] }],
    ['a prefix of names', { namePrefix: 'a-' }],
    ['labels on selectors', { labels: [{ pairs: { a: 'b' }, includeSelectors: true }] }],
    ['options of a patch', { patches: [{ patch: MEMORY, options: { allowNameChange: true } }] }],
  ])('is named where a FluxInstance has no place for it: %s', (_what, fields) => {
    expect(of(fields).left).toHaveLength(1)
  })

  it('of a Kustomization are its patches and common metadata, and substitution has no place', () => {
    const spec = { patches: [{ patch: MEMORY }], commonMetadata: { labels: { a: 'b' } }, postBuild: { substitute: {} } }
    const owner = { apiVersion: 'v1', kind: 'Kustomization', metadata: { name: 'flux', namespace: 'flux-system' }, spec }

    expect(carriedOfOwner(owner)).toEqual({
      patches: [{ patch: MEMORY }],
      labels: { a: 'b' },
      annotations: {},
      left: ['Kustomization flux-system/flux: spec.postBuild'],
    })
  })
})

describe('a patch', () => {
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'helm-controller' }

  it.each([
    [{ kind: 'Deployment', name: '(helm-controller|source-controller)' }, true],
    [{ kind: 'Deployment', name: 'helm' }, false],
    [{ group: 'networking.k8s.io' }, false],
    [{ kind: 'Deployment', name: '(' }, false],
    [{}, true],
  ])('with target %j is for what its patterns match as a whole', (target, is) => {
    expect(isFor({ patch: '', target }, deployment)).toBe(is)
  })

  it('without a target is for the object that it names', () => {
    expect(isFor({ patch: MEMORY }, deployment)).toBe(false)
    expect(isFor({ patch: MEMORY }, { ...deployment, name: 'source-controller' })).toBe(true)
    expect(isFor({ patch: '[' }, deployment)).toBe(false)
    expect([patchName({ patch: MEMORY }), patchName({ patch: ': :' })]).toEqual([
      'Deployment source-controller',
      'a patch without a target',
    ])
  })
})
