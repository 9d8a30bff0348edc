// Whose a folder is that the Flux Operator's files lie in, and of which releases.
import { expect, test } from 'vitest'
import { operatorKept, operatorPathFree } from '../../../../runbooks/bootstrap/checks/operator-files.ts'
import { repositoryOf } from '../../../../src/scaffold/model.ts'
import { operatorFiles } from '../../../../src/scaffold/operator-files.ts'
import { clusterFile } from '../../scaffold/desk.ts'

const FOLDER = 'clusters/prod-eu/flux-system'
const file = clusterFile({ style: 'operator', flux: { operator: { version: '0.58.1' } } })
const files = operatorFiles(file, { openshift: false, serviceMonitors: false, pullSecret: true })
const own = Object.fromEntries(files.map(({ path, text }) => [path, text]))
const repository = (texts: Record<string, string>) => repositoryOf(new Map(Object.entries(texts)))

const changed = (name: string, from: string, to: string): Record<string, string> => ({
  ...own,
  [`${FOLDER}/${name}`]: (own[`${FOLDER}/${name}`] ?? '').replace(from, to),
})

const itemsOf = (result: ReturnType<typeof operatorKept>): string[] =>
  result.status === 'fail' ? (result.items ?? []).map(({ where, what }) => `${where.split('/').at(-1)} ${what}`) : [result.status]

test('a new folder is free, and so is one with the files of this very cluster', () => {
  expect(operatorPathFree(repository({}), file)).toMatchObject({ status: 'pass' })
  expect(operatorPathFree(repository(own), file)).toMatchObject({ status: 'pass' })
  expect(operatorKept(repository(own), file)).toMatchObject({ status: 'pass' })
})

test.each([
  [
    'url: https://git.example.com/acme/fleet.git',
    'url: https://git.example.com/other/fleet.git',
    /follows .*other.*; the file says .*acme/,
  ],
  ['path: ./clusters/prod-eu', 'path: ./clusters/other', /applies \.\/clusters\/other; the file says clusters\/prod-eu/],
  ['ref: refs/heads/main', 'ref: refs/heads/next', /follows refs\/heads\/next; the file says branch main/],
  ['name: flux\n', 'name: other\n', /is FluxInstance flux-system\/other; it has to be flux-system\/flux/],
  ['kind: FluxInstance', 'kind: Something', /holds no FluxInstance/],
])('a FluxInstance with another sync belongs to another cluster: %s', (from, to, said) => {
  const items = itemsOf(operatorPathFree(repository(changed('flux-instance.yaml', from, to)), file))

  expect(items.join('\n')).toMatch(said)
})

test('a file that means more than it says is told, and read no further', () => {
  const bomb = `a: &a [x]\n${Array.from({ length: 200 }, (_, at) => `k${at}: *a\n`).join('')}`

  expect(itemsOf(operatorPathFree(repository({ [`${FOLDER}/flux-instance.yaml`]: bomb }), file))[0]).toMatch(/holds no FluxInstance/)
})

test('a kustomization file that stays and does not list the FluxInstance is told', () => {
  const there = repository({ [`${FOLDER}/kustomization.yaml`]: 'resources: [./flux-operator.yaml]\n' })

  expect(itemsOf(operatorPathFree(there, file))).toEqual(['kustomization.yaml stays as it is and does not list flux-instance.yaml'])
})

test('files of flux bootstrap are those of a cluster that is to be moved, not made', () => {
  expect(itemsOf(operatorPathFree(repository({ [`${FOLDER}/gotk-sync.yaml`]: '' }), file))[0]).toMatch(/^gotk-sync.yaml .*migrate operator/)
})

test('a second FluxInstance below the folder is told, one of another cluster is not', () => {
  const other = own[`${FOLDER}/flux-instance.yaml`] ?? ''

  expect(itemsOf(operatorPathFree(repository({ 'clusters/prod-eu/apps/flux.yaml': other }), file))).toEqual([
    'flux.yaml says which Flux runs as well, and the operator takes only one FluxInstance',
  ])
  expect(operatorPathFree(repository({ 'clusters/other/flux.yaml': other }), file)).toMatchObject({ status: 'pass' })
})

test('another release of Flux or of the operator is told, each with its file', () => {
  expect(itemsOf(operatorKept(repository(changed('flux-instance.yaml', 'version: 2.9.2', 'version: 2.8.8')), file))).toEqual([
    'flux-instance.yaml is of Flux 2.8.8; the file says 2.9.2',
  ])
  expect(itemsOf(operatorKept(repository(changed('flux-operator.yaml', 'tag: 0.58.1', 'tag: 0.57.0')), file))).toEqual([
    'flux-operator.yaml is of the Flux Operator 0.57.0; the file says 0.58.1',
  ])
  expect(itemsOf(operatorKept(repository(changed('flux-operator.yaml', 'tag: 0.58.1', 'semver: "*"')), file))).toEqual([
    'flux-operator.yaml is of an unknown release of the Flux Operator; the file says 0.58.1',
  ])
})
