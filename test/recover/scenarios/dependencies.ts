// What waits for another that does not come.
import { configMap, kustomization, type QuietScenario, type Scenario, source } from '../scenario.ts'

const FILES = { 'a.yaml': configMap('a') }

const NOWHERE = { path: './no/such/folder' }

export const dependencies: readonly Scenario[] = [
  {
    id: 'dependency-chain',
    title: 'dependsOn chain of 200 with one broken leaf',
    files: FILES,
    mended: (place) => ({ objects: [kustomization(place, 'k0')] }),
    objects: (place) => [
      source(place),
      kustomization(place, 'k0', NOWHERE),
      ...Array.from({ length: 199 }, (_, at) => kustomization(place, `k${at + 1}`, { dependsOn: [{ name: `k${at}` }] })),
    ],
    expects: ({ namespace }) => ({
      object: `Kustomization ${namespace}/k0`,
      state: 'path-missing',
      blocks: Array.from({ length: 199 }, (_, at) => `Kustomization ${namespace}/k${at + 1}`).sort(),
      says: /path not found/,
    }),
  },
  {
    id: 'dependency-cycle',
    title: 'dependsOn cycle',
    files: FILES,
    mended: (place) => ({ objects: [kustomization(place, 'a')] }),
    objects: (place) => [
      source(place),
      ...['a', 'b', 'c'].map((name, at, all) => kustomization(place, name, { dependsOn: [{ name: all[(at + 1) % 3] }] })),
      kustomization(place, 'behind', { dependsOn: [{ name: 'a' }] }),
    ],
    expects: ({ namespace }) => ({
      object: `Kustomization ${namespace}/a`,
      state: 'dependency-cycle',
      blocks: [`Kustomization ${namespace}/behind`],
      says: /→/,
    }),
  },
  {
    id: 'dependency-missing',
    title: 'missing dependency',
    files: FILES,
    mended: (place) => ({ objects: [kustomization(place, 'app')] }),
    objects: (place) => [source(place), kustomization(place, 'app', { dependsOn: [{ name: 'gone' }] })],
    expects: ({ namespace }) => ({
      object: `Kustomization ${namespace}/app`,
      state: 'dependency-missing',
      blocks: [],
      says: /not found/,
    }),
  },
  {
    id: 'suspended-blocker',
    title: 'Kustomization that was suspended while it failed, and that another depends on',
    files: FILES,
    mended: (place) => ({ objects: [kustomization(place, 'app')] }),
    objects: (place) => [
      source(place),
      kustomization(place, 'app', NOWHERE),
      kustomization(place, 'behind', { dependsOn: [{ name: 'app' }] }),
    ],
    later: (place) => ({ once: 'kustomization/app', is: 'failed', objects: [kustomization(place, 'app', { ...NOWHERE, suspend: true })] }),
    expects: ({ namespace }) => ({
      object: `Kustomization ${namespace}/app`,
      state: 'suspended-blocker',
      blocks: [`Kustomization ${namespace}/behind`],
      says: /true/,
    }),
  },
]

export const quiet: readonly QuietScenario[] = [
  {
    id: 'suspended-alone',
    title: 'Kustomization that was suspended while it failed, and that nobody waits for',
    objects: (place) => [source(place), kustomization(place, 'app', NOWHERE)],
    later: (place) => ({ once: 'kustomization/app', is: 'failed', objects: [kustomization(place, 'app', { ...NOWHERE, suspend: true })] }),
    suspended: ({ namespace }) => `Kustomization ${namespace}/app`,
  },
]
