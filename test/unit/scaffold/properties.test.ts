// What holds of every layout, for made-up cluster files and repositories: everything that is named is there, nothing waits in a circle, nothing is
// owned twice, nothing that was there is touched, and a second run finds nothing to do.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ClusterFile } from '../../../src/cluster-file/schema.ts'
import { findCrd, release } from '../../../src/flux/catalogue/index.ts'
import { cleanFolder, isUnder } from '../../../src/flux/synced-paths.ts'
import { placesOf } from '../../../src/scaffold/places.ts'
import { parseRules } from '../../../src/sops/rules/parse.ts'
import { recipientsOf, ruleFor } from '../../../src/sops/rules/rule-for.ts'
import { clusterFile, fluxObjects, laidOut, RECIPIENT, reconciled, SEALED, scaffolded, type Texts } from './desk.ts'

const folder = fc.constantFrom(
  '.',
  'flux',
  'clusters/prod-eu',
  './clusters/prod-eu/',
  'kubernetes/flux',
  'kubernetes/flux/config',
  'kubernetes/main/flux',
  'cluster/flux',
  'applications/overlays/prod-eu',
  'overlays/a',
  'a (b)/c d+$',
  'très/étrange#1',
  'flux/config',
  'config',
)

const name = fc.constantFrom(
  'prod-eu',
  'a',
  '123',
  '1e3',
  'true',
  'null',
  '0x1f',
  'a-name-that-is-as-long-as-a-label-may-be-at-most-63-letters-abcd'.slice(0, 63),
)

const settings = fc.record(
  { monitors: fc.constantFrom([], ['PodMonitor']), concurrent: fc.integer({ min: 1, max: 100 }), memoryLimit: fc.constant('1Gi') },
  { requiredKeys: [] },
)

const files: fc.Arbitrary<ClusterFile> = fc
  .record({
    kind: fc.constantFrom('layers', 'overlays', 'oci', 'none'),
    style: fc.constantFrom('git', 'github', 'gitlab', 'gitea', 'kustomize', 'operator'),
    path: folder,
    name,
    sampleApp: fc.boolean(),
    ci: fc.constantFrom('none', 'github', 'gitlab', 'forgejo'),
    substitutionOptOut: fc.boolean(),
    namespace: fc.constantFrom('flux-system', 'gitops'),
    settings,
  })
  .map(({ kind, style: asked, path, name: called, sampleApp, ci, substitutionOptOut, ...flux }) => {
    const style = kind === 'oci' ? 'kustomize' : asked
    const own = { github: 'github', gitlab: 'gitlab', gitea: 'forgejo' }[style as string]
    const none = kind === 'none'
    const layout = {
      kind,
      ci: ci === 'none' || own === undefined ? ci : own,
      sampleApp: !none && sampleApp,
      substitutionOptOut: !none && substitutionOptOut,
    }
    return clusterFile({ name: called, path, style, layout: layout as ClusterFile['layout'], flux }) as ClusterFile
  })

const MANIFEST = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n'

/** Some of what could lie in the way: files of the layout in another form, and files of others. */
const texts: fc.Arbitrary<Texts> = fc.dictionary(
  fc.constantFrom(
    'README.md',
    'own.yaml',
    'kustomization.yaml',
    'clusters/prod-eu/own.yaml',
    'clusters/prod-eu/kustomization.yaml',
    'clusters/prod-eu/flux/apps.yaml',
    'kubernetes/flux/own.yaml',
    'kubernetes/flux/vars/own.yaml',
    'kubernetes/flux/config/cluster.yaml',
    'kubernetes/apps/own.yaml',
    'cluster/apps/own/ks.yaml',
    'applications/overlays/prod-eu/services/own.yaml',
    '.sops.yaml',
    '.gitlab-ci.yml',
    'clusters/prod-eu/flux',
  ),
  fc.constantFrom(MANIFEST, '', '# nothing\n', '{{ template }}', 'resources: [./x]\n', '- a\n', 'apiVersion: [', '\t'),
)

const known = fc.constantFrom({}, SEALED, { ...SEALED, podMonitors: true })

/** What the cluster applies first: config itself where no Kustomization of bootstrap does. */
const startOf = (file: ClusterFile): string => {
  const { synced, config, followed } = placesOf(file)
  return synced ? followed : config
}

const holds = (property: (file: ClusterFile, there: Texts, keys: object) => void, options: { empty?: boolean } = {}): void =>
  fc.assert(fc.property(files, options.empty ? fc.constant({}) : texts, known, property), { numRuns: 60 })

describe('on any repository', () => {
  test('nothing that is there is written over', () => {
    holds((file, there, keys) => {
      expect(scaffolded(file, there, keys).files.filter(({ path }) => Object.hasOwn(there, path))).toEqual([])
    })
  })

  test('a second run has nothing to add', () => {
    holds((file, there, keys) => {
      expect(scaffolded(file, laidOut(file, there, keys), keys).files).toEqual([])
    })
  })

  test('no path leaves the repository, and none is there twice', () => {
    holds((file, there, keys) => {
      const paths = scaffolded(file, there, keys).files.map(({ path }) => path)

      expect(paths.filter((path) => /^\/|(^|\/)\.{0,2}(\/|$)/.test(path))).toEqual([])
      expect(new Set(paths).size).toBe(paths.length)
    })
  })
})

describe('on an empty repository', () => {
  test('every path that a Kustomization names holds a kustomization file, and every dependency comes to be without a circle', () => {
    holds(
      (file, _there, keys) => {
        if (file.layout.kind === 'none') return
        const all = laidOut(file, {}, keys)
        const { kustomizations } = reconciled(all, startOf(file))
        const done = new Set<string>()
        for (let before = -1; before !== done.size; ) {
          before = done.size
          for (const [one, { object }] of kustomizations)
            if ((object.spec.dependsOn ?? []).every((each: { name: string }) => done.has(each.name))) done.add(one)
        }

        expect([...done].sort()).toEqual([...kustomizations.keys()].sort())
        for (const { object } of kustomizations.values())
          if (object.spec.sourceRef.kind === 'GitRepository')
            expect(Object.keys(all)).toContain(
              [cleanFolder(object.spec.path), 'kustomization.yaml'].filter((part) => part !== '').join('/'),
            )
      },
      { empty: true },
    )
  })

  test('no object is applied by two Kustomizations, and no manifest by none', () => {
    holds(
      (file, _there, keys) => {
        if (file.layout.kind === 'none') return
        const all = laidOut(file, {}, keys)
        const { applied } = reconciled(all, startOf(file))
        const owners = new Map<string, string[]>()
        for (const [owner, found] of applied)
          for (const { file: path, object } of found) {
            const id = `${path} ${object.kind}/${object.metadata.name}`
            // With style kustomize config is applied once by hand, then by Kustomization cluster.
            if (!(owner === '' && !placesOf(file).synced)) owners.set(id, [...(owners.get(id) ?? []), owner])
          }

        expect([...owners].filter(([, each]) => each.length !== 1)).toEqual([])
        const reached = new Set([...applied.values()].flat().map((each) => each.file))
        const manifests = Object.keys(all).filter(
          (path) =>
            /\.ya?ml$/.test(path) &&
            !/kustomization\.yaml$|^\.|(^|\/)base\//.test(path) &&
            (!path.includes('flux-monitoring') || (keys as { podMonitors?: boolean }).podMonitors === true),
        )
        expect(manifests.filter((path) => !reached.has(path))).toEqual([])
      },
      { empty: true },
    )
  })

  test('every object of Flux is of an API version that the release stores, in the namespace of Flux', () => {
    const facts = release('2.9.2')
    holds(
      (file, _there, keys) => {
        for (const { object } of fluxObjects(laidOut(file, {}, keys))) {
          const [group = '', version = ''] = object.apiVersion.split('/')
          const crd = findCrd(facts, group, object.kind)

          expect(crd?.versions.find((each) => each.name === version)).toMatchObject({ served: true, storage: true, deprecated: false })
          expect(object.metadata.namespace).toBe(file.flux.namespace)
        }
      },
      { empty: true },
    )
  })

  test('what is sealed is sealed by the rule of its own folder, to the key of the cluster', () => {
    holds(
      (file, _there, keys) => {
        const { files: made } = scaffolded(file, {}, keys)
        const rules = made.filter(({ path }) => path === '.sops.yaml').map(({ path, text }) => parseRules(path, text))
        for (const { path } of made.filter(({ seal }) => seal)) {
          const answer = ruleFor(rules, path)

          expect(answer.status === 'rule' && recipientsOf(answer.rule)).toEqual([RECIPIENT])
        }
        const { followed } = placesOf(file)
        const elsewhere = ruleFor(rules, 'elsewhere/x.sops.yaml').status
        if (rules.length > 0 && followed !== '' && !isUnder('elsewhere', followed) && placesOf(file).root !== '')
          expect(elsewhere).toBe('none')
      },
      { empty: true },
    )
  })
})
