// A source that was reached, and that has not got what is asked of it; or whose address is none. As source-controller 1.7.3 and 1.9.1 say it.
import type { Fix } from '../finding.ts'
import { shellWord } from '../shell-word.ts'
import { textOf } from '../well-formed.ts'
import { type Case, explained, person, reconcile, type State } from './case.ts'

interface Way {
  readonly state: string
  readonly kinds: readonly string[]
  readonly pattern: RegExp
  readonly says: (url: string, caught: string | undefined) => string
  readonly fixes: (found: Case, url: string) => readonly Fix[]
}

const SOURCES = ['GitRepository', 'OCIRepository', 'HelmRepository', 'HelmChart', 'Bucket', 'ImageRepository', 'ImagePolicy']

const WAYS: readonly Way[] = [
  {
    state: 'url-invalid',
    kinds: SOURCES,
    // Stalled: nothing is tried again before it changes.
    pattern: /^(?:URLInvalid|ImageURLInvalid) |invalid OCI registry URL/m,
    says: (url) => `${url} is no address that it can be fetched from`,
    fixes: () => [person('correct the address, in git')],
  },
  {
    state: 'git-empty',
    kinds: ['GitRepository'],
    pattern: /^EmptyGitRepository|git repository is empty|remote repository is empty/m,
    says: (url) => `${url} has no commit`,
    fixes: () => [person('push what is to be applied, or name another repository, in git')],
  },
  {
    state: 'git-path-missing',
    kinds: ['GitRepository'],
    pattern: /sparse checkout dir '([^']{1,1000})' (?:does not exist|cannot be resolved)/,
    says: (_url, folder) => `the folder ${folder} of spec.sparseCheckout is not in the repository`,
    fixes: () => [person('bring the folder back, or take it out of spec.sparseCheckout, in git')],
  },
  {
    state: 'artifact-layer-missing',
    kinds: ['OCIRepository'],
    pattern: /^OCIArtifactLayerOperationFailed/m,
    says: (url) => `the artifact at ${url} has no layer of the kind that spec.layerSelector asks for, or it cannot be read`,
    fixes: () => [person('see which layers it has, and correct spec.layerSelector in git, or push it anew')],
  },
  {
    state: 'index-unreadable',
    kinds: ['HelmRepository'],
    pattern: /^IndexationFailed|failed to load Helm repository from index/m,
    says: (url) => `what ${url} has as its index is none`,
    fixes: (_found, url) => [
      person('see what is there: it may be a page for people', `curl -sI ${shellWord(`${url.replace(/\/$/, '')}/index.yaml`)}`),
    ],
  },
]

export const sourceContent: State = (found) => {
  const { object, said } = found
  const url = textOf(object.spec?.url) || textOf(object.spec?.endpoint) || textOf(object.spec?.image) || textOf(object.spec?.chart)
  for (const { state, kinds, pattern, says, fixes } of WAYS) {
    const match = kinds.includes(object.kind) ? pattern.exec(said) : null
    if (match === null) continue
    const again = reconcile('then let Flux fetch at once', object)
    return explained(found, { state, says: says(url, match[1]), fixes: [...fixes(found, url), again] })
  }
  return undefined
}
