// A Kustomization that cannot be built from what was fetched: folder, YAML, variables, decryption.
import type { Fix } from '../finding.ts'
import { shellWord } from '../shell-word.ts'
import { textOf } from '../well-formed.ts'
import { type Case, explained, never, person, type State } from './case.ts'

interface Way {
  readonly state: string
  readonly pattern: RegExp
  readonly says: (found: Case, caught: string | undefined) => string
  readonly fixes: (found: Case, caught: string | undefined) => readonly Fix[]
}

const pathOf = ({ object }: Case): string => textOf(object.spec?.path) || './'

const build = (found: Case): string => {
  const { name, namespace } = found.object.metadata
  return `flux build kustomization ${name} -n ${namespace} --path ${shellWord(pathOf(found))} --dry-run`
}

/** `Secret.v1.[noGrp]/web` since 2.8, `web` before. */
const readable = (file: string | undefined): string => file?.replace(/^([A-Za-z]+)\.[^/]*\//, '$1 ') ?? 'a sealed file'

const WAYS: readonly Way[] = [
  {
    state: 'path-missing',
    pattern: /kustomization path not found/i,
    says: (found) => `the folder ${pathOf(found)} is not in what its source has`,
    fixes: () => [
      person('correct spec.path, or bring the folder back, in git'),
      never('deleting the Kustomization: with prune: true everything that it has applied goes with it'),
    ],
  },
  {
    state: 'decryption-secret-missing',
    // What the variables are taken from is named as such, and no other Secret is read before the build.
    pattern: /^BuildFailed secrets "([^"]+)" not found/m,
    says: (_found, secret) => `the Secret ${secret} with the keys is not there`,
    fixes: () => [
      person('put the key back from a backup', 'flux-ops age restore FILE'),
      never('a new key in its place: it opens nothing that is sealed'),
    ],
  },
  {
    state: 'decryption-key',
    pattern: /decryption failed for '([^']+)'|error decrypting sources|cannot get sops data key/i,
    says: (_found, file) => `the cluster has no key that opens ${readable(file)}`,
    fixes: () => [
      person('see which key it is sealed to and which ones the cluster has', 'flux-ops audit keys'),
      person('put the key back from a backup', 'flux-ops age restore FILE'),
      never('taking spec.decryption out: what is sealed may then be applied as it is'),
    ],
  },
  {
    state: 'variable-unset',
    pattern: /variable not set \(strict mode\): "([^"]+)"/,
    says: (_found, name) => `the variable ${name} is not set, and has no default`,
    fixes: (found, name) => [
      person(`set ${name} in spec.postBuild or in what substituteFrom names, or give it a default where it is used, in git`, build(found)),
      person('where it is no variable of Flux, write $${…}, or label the object kustomize.toolkit.fluxcd.io/substitute: disabled, in git'),
      never('turning strict substitution off for the whole cluster: what is not set is then applied as nothing'),
    ],
  },
  {
    state: 'variables-missing',
    pattern: /substitute from '([^']+)' error: .{0,600}not found/,
    says: (_found, source) => `${source}, which it takes variables from, is not there`,
    fixes: ({ object }, source = '') => [
      person(
        'bring it back, or correct spec.postBuild.substituteFrom, in git',
        `kubectl -n ${object.metadata.namespace} get ${shellWord(source.toLowerCase())}`,
      ),
      never('an empty one to get past it: it is applied with that'),
    ],
  },
  {
    state: 'substitution',
    pattern: /variable substitution failed|envsubst error|post build failed/i,
    says: () => 'the variables of postBuild cannot be put in',
    fixes: (found) => [person('see which file it is, and correct it in git', build(found))],
  },
  {
    state: 'build-failed',
    pattern: /^BuildFailed/m,
    says: (found) => `kustomize cannot build ${pathOf(found)}`,
    fixes: (found) => [person('build it here, and correct it in git', build(found))],
  },
]

export const kustomizationBuild: State = (found) => {
  if (found.object.kind !== 'Kustomization') return undefined
  for (const { state, pattern, says, fixes } of WAYS) {
    const match = pattern.exec(found.said)
    if (match === null) continue
    return explained(found, { state, says: says(found, match[1]), fixes: fixes(found, match[1]) })
  }
  return undefined
}
