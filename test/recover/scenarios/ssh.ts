// Git over ssh, behind a real sshd: host keys, and keys of clients.
import { configMap, kustomization, type OverSsh, type Place, type Scenario, source } from '../scenario.ts'

const secret = ({ namespace }: Place, stringData: object): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'ssh', namespace },
  stringData,
})

const overSsh = (place: Place, { url }: OverSsh, spec: object = {}): object =>
  source(place, 'src', { url, secretRef: { name: 'ssh' }, interval: '15s', ...spec })

const whole = ({ identity, knownHosts }: OverSsh): object => ({ identity, known_hosts: knownHosts })

const refused = (id: string, title: string, state: string, says: RegExp, data: (place: Place) => object): Scenario => ({
  id,
  title,
  files: { 'a.yaml': configMap('a') },
  before: (place) => [secret(place, data(place))],
  objects: (place) => [overSsh(place, place.ssh), kustomization(place, 'app')],
  expects: ({ namespace }) => ({ object: `GitRepository ${namespace}/src`, state, blocks: [`Kustomization ${namespace}/app`], says }),
  mended: (place) => ({ objects: [secret(place, whole(place.ssh))] }),
})

const hostOf = (url: string): string => `[127.0.0.1]:${new URL(url).port}`

export const ssh: readonly Scenario[] = [
  {
    id: 'ssh-host-key-changed',
    title: 'changed host key (real sshd)',
    files: { 'a.yaml': configMap('a') },
    before: (place) => [secret(place, whole(place.moving))],
    objects: (place) => [overSsh(place, place.moving), kustomization(place, 'app')],
    later: () => ({ once: 'kustomization/app', is: 'ready', rekey: true }),
    // What was fetched before is still there, and applied.
    expects: ({ namespace }) => ({ object: `GitRepository ${namespace}/src`, state: 'git-host-key', blocks: [], says: /key mismatch/ }),
    mended: (place) => ({ objects: [secret(place, whole(place.moving))] }),
  },
  refused('ssh-host-key-wrong', 'host key that is not the pinned one from the beginning', 'git-host-key', /key mismatch/, (place) => ({
    identity: place.ssh.identity,
    known_hosts: `${hostOf(place.ssh.url)} ${place.ssh.stranger.line}\n`,
  })),
  refused('ssh-host-unknown', 'host that known_hosts lacks', 'git-host-unknown', /key is unknown/, ({ ssh: { identity, stranger } }) => ({
    identity,
    known_hosts: `git.example.org ${stranger.line}\n`,
  })),
  refused(
    'ssh-key-refused',
    'ssh key that the server does not let in',
    'git-credentials',
    /unable to authenticate/,
    ({ ssh: { stranger, knownHosts } }) => ({
      identity: stranger.identity,
      known_hosts: knownHosts,
    }),
  ),
  refused(
    'ssh-key-encrypted',
    'ssh key with a passphrase that nobody gave',
    'ssh-key-encrypted',
    /empty password|encrypted/i,
    ({ ssh: { locked, knownHosts } }) => ({
      identity: locked,
      known_hosts: knownHosts,
    }),
  ),
  refused(
    'ssh-known-hosts-missing',
    'ssh credential without known_hosts',
    'source-secret-incomplete',
    /'known_hosts' is required/,
    ({ ssh: { identity } }) => ({
      identity,
    }),
  ),
]
