// Sources that cannot be fetched, and one that is not there.
import { configMap, kustomization, type Scenario, source } from '../scenario.ts'

const FILES = { 'a.yaml': configMap('a') }

const waits = (namespace: string): string[] => [`Kustomization ${namespace}/app`]

/** A source that never had an artifact, and a Kustomization that waits for it. */
const broken = (id: string, title: string, state: string, says: RegExp, spec: (url: string) => object): Scenario => ({
  id,
  title,
  objects: (place) => [source(place, 'src', spec(place.url)), kustomization(place, 'app')],
  expects: ({ namespace }) => ({ object: `GitRepository ${namespace}/src`, state, blocks: waits(namespace), says }),
  files: FILES,
  mended: (place) => ({ objects: [source(place)] }),
})

export const sources: readonly Scenario[] = [
  broken('git-unreachable', 'git server down', 'git-unreachable', /connection refused/, () => ({ url: 'http://127.0.0.1:1/home-ops.git' })),
  broken('git-credentials', 'wrong credentials', 'git-credentials', /authentication required|authorization failed/i, () => ({
    secretRef: { name: 'wrong' },
  })),
  broken('git-branch-gone', 'branch gone', 'git-branch-gone', /couldn't find remote ref/, () => ({ ref: { branch: 'gone' } })),
  broken('git-repository-gone', 'repository gone', 'git-repository-gone', /not found/i, (url) => ({
    url: url.replace('home-ops', 'no-such-repository'),
  })),
  {
    id: 'source-missing',
    title: 'source that is not there',
    files: FILES,
    objects: (place) => [kustomization(place, 'app')],
    mended: (place) => ({ objects: [source(place)] }),
    expects: ({ namespace }) => ({
      object: `Kustomization ${namespace}/app`,
      state: 'source-missing',
      blocks: [],
      says: /not found/i,
    }),
  },
]
