// A GitRepository that cannot be fetched: which of the ways it is, is in the error of the git client.
import { shellWord } from '../shell-word.ts'
import { textOf } from '../well-formed.ts'
import { explained, never, person, reconcile, type State } from './case.ts'

interface Way {
  readonly state: string
  readonly says: string
  readonly pattern: RegExp
  readonly fixes: (id: { name: string; namespace: string; url: string; secret: string }) => ReturnType<typeof person>[]
}

const secretCommand = ({ namespace, secret }: { namespace: string; secret: string }): string[] =>
  secret === '' ? [] : [`kubectl -n ${namespace} get secret ${shellWord(secret)} -o jsonpath='{.metadata.managedFields[*].time}'`]

const WAYS: readonly Way[] = [
  {
    state: 'git-host-unknown',
    says: 'the server is not in the known_hosts of its Secret',
    pattern: /knownhosts: key is unknown/i,
    fixes: ({ namespace, secret }) => [
      person(
        'take the key that your provider publishes for its server, and put it into known_hosts of the Secret, with the port where it is not 22',
        `kubectl -n ${namespace} get secret ${shellWord(secret)} -o jsonpath='{.data.known_hosts}' | base64 -d | ssh-keygen -lf -`,
      ),
      never('taking the key that ssh-keyscan shows now: whoever stands in between shows his own', {
        does: 'pin-host-key',
        to: `Secret ${namespace}/${secret}`,
      }),
    ],
  },
  {
    state: 'git-host-key',
    says: 'the server shows another host key than the one that is pinned',
    pattern: /knownhosts: key mismatch|host key (verification failed|mismatch)/i,
    fixes: ({ namespace, secret }) => [
      person(
        'compare the fingerprint with what your provider publishes, and only then put the new key into known_hosts of the Secret',
        `kubectl -n ${namespace} get secret ${shellWord(secret)} -o jsonpath='{.data.known_hosts}' | base64 -d | ssh-keygen -lf -`,
      ),
      never('taking the key that ssh-keyscan shows now: whoever stands in between shows his own', {
        does: 'pin-host-key',
        to: `Secret ${namespace}/${secret}`,
      }),
    ],
  },
  {
    state: 'git-credentials',
    says: 'the server does not take the credentials',
    pattern: /authentication required|unable to authenticate|authorization failed|invalid credentials|permission denied|\b40[13]\b/i,
    fixes: (id) => [
      person('give the Secret a credential that is valid: a deploy key dies with the token that made it', ...secretCommand(id)),
      never('bootstrapping again to repair it: it writes to git and to the cluster'),
    ],
  },
  {
    state: 'git-branch-gone',
    says: 'the branch, tag or commit that it names is not in the repository',
    pattern: /couldn't find remote ref|reference not found|unable to find remote ref|no match found for semver|object not found/i,
    fixes: ({ url }) => [person('see what is there, and name that in spec.ref or bring it back', `git ls-remote ${shellWord(url)}`)],
  },
  {
    state: 'git-repository-gone',
    says: 'the server knows no such repository, or does not show it to these credentials',
    pattern: /repository not found|not found: 404|\b404\b/i,
    fixes: ({ url }) => [person('see whether it was renamed, moved or made private', `git ls-remote ${shellWord(url)}`)],
  },
  {
    state: 'git-unreachable',
    says: 'the server does not answer',
    pattern:
      /connection refused|no such host|i\/o timeout|connection timed out|context deadline exceeded|connection reset|\bEOF\b|\b50[0234]\b|network is unreachable/i,
    fixes: ({ url }) => [
      person(
        'see whether the server is up, and whether the cluster gets there: DNS, proxy, network policy',
        `git ls-remote ${shellWord(url)}`,
      ),
    ],
  },
]

/** Whoever writes to a repository reads it first. */
const KINDS = new Set(['GitRepository', 'ImageUpdateAutomation'])

export const gitSource: State = (found) => {
  const { object, said } = found
  if (!KINDS.has(object.kind)) return undefined
  const way = WAYS.find(({ pattern }) => pattern.test(said))
  if (way === undefined) return undefined
  const { name, namespace = '' } = object.metadata
  const id = { name, namespace, url: textOf(object.spec?.url), secret: textOf(object.spec?.secretRef?.name) }
  return explained(found, {
    state: way.state,
    says: way.says,
    fixes: [...way.fixes(id), reconcile('once it is well, let Flux fetch at once', object)],
  })
}
