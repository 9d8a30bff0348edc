// What the sandbox is made of, and how each binary is built. The sums of everything are in <pin>/go.mod and <pin>/go.sum, or in `archive`.
// Estimates: seconds on two cores with an empty build cache; they only feed the progress line.
import type { DebianSource } from './debian-source.ts'
import { OPENSSH, OPENSSH_OPTIONS } from './openssh.ts'

export interface Recipe {
  /** Folder under toolchain/ that pins the sources; of an `archive` only its name and version. */
  readonly pin: string
  /** Name of the file that is built. */
  readonly binary: string
  /** The Go package; with a `kind`, the package inside the private copy of the module; of an `archive` what is made of it. */
  readonly package: string
  /** Linker variables, `name=value`. */
  readonly stamps?: readonly string[]
  readonly seconds: number
  readonly kind?: 'flux-cli' | 'flux-operator'
  /** Not of Go, but of a source package of Debian: needs apt-get, tar, make and a C compiler. */
  readonly archive?: DebianSource & { readonly options: readonly string[] }
  /** Built only when it is asked for by name. */
  readonly optional?: true
  /** Build tags; a tool that has some needs a C compiler as well. */
  readonly tags?: readonly string[]
  /** How a binary of the same name on PATH tells its version; without it only a built one is ever used. */
  readonly onPath?: { readonly args: readonly string[]; readonly version: string }
}

const KUBERNETES = '1.34.4'

const kubernetes = (binary: string, seconds: number, versionArgs: readonly string[] = ['--version'], version = KUBERNETES): Recipe => {
  const [major, minor] = version.split('.')
  const stamps = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor }
  return {
    pin: `kubernetes-${version}`,
    binary,
    package: `k8s.io/kubernetes/cmd/${binary}`,
    stamps: Object.entries(stamps).map(([name, value]) => `k8s.io/component-base/version.${name}=${value}`),
    seconds,
    onPath: { args: versionArgs, version: `v${version}` },
  }
}

const controller = (name: string, version: string, seconds: number): Recipe => ({
  pin: `${name}-${version}`,
  binary: name,
  package: `github.com/fluxcd/${name}`,
  seconds,
})

const fluxCli = (version: string, seconds: number): Recipe => ({
  pin: `flux-${version}`,
  binary: 'flux',
  package: './cmd/flux',
  stamps: [`main.VERSION=${version}`],
  seconds,
  kind: 'flux-cli',
  onPath: { args: ['--version'], version },
})

/** Every tool by id, in the order in which they are built. A tool that exists in two versions carries the version in its id. */
export const RECIPES = {
  etcd: {
    pin: 'etcd-3.6.16',
    binary: 'etcd',
    package: 'go.etcd.io/etcd/server/v3',
    seconds: 40,
    onPath: { args: ['--version'], version: '3.6.16' },
  },
  'kube-apiserver': kubernetes('kube-apiserver', 200),
  'kube-controller-manager': kubernetes('kube-controller-manager', 60),
  kubectl: kubernetes('kubectl', 25, ['version', '--client']),
  age: {
    pin: 'age-1.3.2',
    binary: 'age',
    package: 'filippo.io/age/cmd/age',
    seconds: 4,
    onPath: { args: ['--version'], version: 'v1.3.2' },
  },
  'age-keygen': {
    pin: 'age-1.3.2',
    binary: 'age-keygen',
    package: 'filippo.io/age/cmd/age-keygen',
    seconds: 1,
    onPath: { args: ['--version'], version: 'v1.3.2' },
  },
  'flux-2.9.2': fluxCli('2.9.2', 125),
  'flux-2.7.3': fluxCli('2.7.3', 115),
  'source-controller-1.7.3': controller('source-controller', '1.7.3', 140),
  'kustomize-controller-1.7.2': controller('kustomize-controller', '1.7.2', 90),
  registry: {
    pin: 'registry-3.1.2',
    binary: 'registry',
    package: 'github.com/distribution/distribution/v3/cmd/registry',
    seconds: 60,
  },
  'helm-controller-1.4.3': controller('helm-controller', '1.4.3', 80),
  'source-controller-1.9.3': controller('source-controller', '1.9.3', 190),
  'kustomize-controller-1.9.3': controller('kustomize-controller', '1.9.3', 110),
  'helm-controller-1.6.2': controller('helm-controller', '1.6.2', 100),
  'notification-controller-1.9.2': controller('notification-controller', '1.9.2', 90),
  sops: {
    pin: 'sops-3.13.3',
    binary: 'sops',
    package: 'github.com/getsops/sops/v3/cmd/sops',
    seconds: 120,
    onPath: { args: ['--version'], version: '3.13.3' },
  },
  'kustomize-controller-1.6.0': controller('kustomize-controller', '1.6.0', 90),
  'flux-operator-0.58.1': {
    pin: 'flux-operator-0.58.1',
    binary: 'flux-operator',
    package: './cmd/operator',
    stamps: ['main.VERSION=0.58.1'],
    seconds: 150,
    kind: 'flux-operator',
  },
  // A Kubernetes that the newest Flux is no longer tested with.
  'kube-apiserver-1.33.13': { ...kubernetes('kube-apiserver', 200, ['--version'], '1.33.13'), optional: true },
  // Its pages and texts are not in the binary: see giteaFolder.
  gitea: {
    pin: 'gitea-1.25.0',
    binary: 'gitea',
    package: 'code.gitea.io/gitea',
    stamps: ['main.Version=1.25.0'],
    seconds: 300,
    optional: true,
    tags: ['sqlite', 'sqlite_unlock_notify'],
  },
  // The far side of git over ssh.
  sshd: {
    pin: 'openssh-9.2p1',
    binary: 'sshd',
    package: 'sshd',
    seconds: 70,
    optional: true,
    archive: { ...OPENSSH, options: OPENSSH_OPTIONS },
  },
} as const satisfies Record<string, Recipe>

export type ToolId = keyof typeof RECIPES

/** Only for a sandbox that is asked for with more than what it has by default: built when it is. */
const ON_DEMAND: readonly string[] = ['kustomize-controller-1.6.0', 'flux-operator-0.58.1', 'kube-apiserver-1.33.13', 'gitea', 'sshd']

const EVERY = Object.keys(RECIPES) as ToolId[]
const isOptional = (id: ToolId): boolean => (RECIPES[id] as Recipe).optional === true

/** Names for groups of tools; `all` is every tool but those that are only built by name, `standard` what a sandbox with Flux starts with. */
export const TOOL_SETS = {
  'control-plane': ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'],
  'flux-2.7.3-set': ['flux-2.7.3', 'source-controller-1.7.3', 'kustomize-controller-1.7.2', 'helm-controller-1.4.3'],
  'flux-2.9.2-set': [
    'flux-2.9.2',
    'source-controller-1.9.3',
    'kustomize-controller-1.9.3',
    'helm-controller-1.6.2',
    'notification-controller-1.9.2',
  ],
  'flux-2.6.3-set': ['kustomize-controller-1.6.0'],
  secrets: ['age', 'age-keygen', 'sops'],
  'flux-operator-set': ['flux-operator-0.58.1'],
  standard: EVERY.filter((id) => !ON_DEMAND.includes(id)),
  'kubernetes-1.33': ['kube-apiserver-1.33.13'],
  forge: ['gitea'],
  ssh: ['sshd'],
  all: EVERY.filter((id) => !isOptional(id)),
} as const satisfies Record<string, readonly ToolId[]>

/** In building order. */
export const EVERY_TOOL: readonly ToolId[] = EVERY

export const recipe = (id: ToolId): Recipe => RECIPES[id]
export const isToolId = (name: string): name is ToolId => Object.hasOwn(RECIPES, name)
