// What `flux bootstrap github|gitlab|gitea` is given: all that the cluster file says. The token is no flag: it comes by its variable.
import type { ClusterFile } from '../../../src/cluster-file/schema.ts'
import type { ForgeKind } from '../../../src/ports/forge.ts'

export const TOKEN_VARIABLE: Readonly<Record<ForgeKind, string>> = {
  github: 'GITHUB_TOKEN',
  gitlab: 'GITLAB_TOKEN',
  gitea: 'GITEA_TOKEN',
}

type Algorithm = NonNullable<NonNullable<NonNullable<ClusterFile['git']['auth']>['ssh']>['generate']>

const KEYS: Readonly<Record<Algorithm, readonly string[]>> = {
  ed25519: ['--ssh-key-algorithm=ed25519'],
  'ecdsa-p384': ['--ssh-key-algorithm=ecdsa', '--ssh-ecdsa-curve=p384'],
  'rsa-4096': ['--ssh-key-algorithm=rsa', '--ssh-rsa-bits=4096'],
}

/** One flag where the value is there. */
const flag = (name: string, value: string | undefined): string[] => (value === undefined ? [] : [`--${name}=${value}`])

export const visibilityOf = ({ flux, forge }: Pick<ClusterFile, 'flux' | 'forge'>): 'private' | 'internal' | 'public' =>
  flux.style === 'gitlab' ? (forge?.visibility ?? 'private') : forge?.private === false ? 'public' : 'private'

/** flux ends in a panic where it is given an address with a port and no scheme; gitea and gitlab may have one. */
const hostname = (host: string | undefined): string | undefined => (/^[0-9.]+:/.test(host ?? '') ? `https://${host}` : host)

function ofForge(file: ClusterFile): string[] {
  const { flux, forge } = file
  if (forge === undefined) return []
  const seen = visibilityOf(file)
  return [
    `--owner=${forge.owner}`,
    `--repository=${forge.repository}`,
    ...flag('hostname', hostname(forge.hostname)),
    ...flag('ssh-hostname', forge.sshHostname),
    ...(forge.personal ? ['--personal'] : []),
    ...(flux.style === 'gitlab' ? [`--visibility=${seen}`] : seen === 'public' ? ['--private=false'] : []),
    ...forge.teams.map((team) => `--team=${team}`),
    ...(forge.readWriteKey ? ['--read-write-key'] : []),
    ...flag('ca-file', file.git.auth?.token?.caFile ?? forge.caFile),
  ]
}

function ofGit({ git }: ClusterFile): string[] {
  const algorithm = git.auth?.ssh?.generate
  return [
    `--branch=${git.branch}`,
    `--path=${git.path}`,
    `--interval=${git.interval}`,
    `--secret-name=${git.secretName}`,
    ...(git.auth?.token === undefined ? [] : ['--token-auth']),
    ...(algorithm === undefined ? [] : KEYS[algorithm]),
    ...(git.recurseSubmodules ? ['--recurse-submodules'] : []),
    `--author-name=${git.author.name}`,
    ...flag('author-email', git.author.email),
    ...flag('commit-message-appendix', git.commitMessageAppendix),
  ]
}

function ofFlux({ flux }: ClusterFile): string[] {
  return [
    `--version=v${flux.version}`,
    `--namespace=${flux.namespace}`,
    `--components=${flux.components.join(',')}`,
    ...(flux.componentsExtra.length === 0 ? [] : [`--components-extra=${flux.componentsExtra.join(',')}`]),
    ...(flux.registry === 'ghcr.io/fluxcd' ? [] : [`--registry=${flux.registry}`]),
    ...flag('image-pull-secret', flux.imagePullSecret),
    ...(flux.networkPolicy ? [] : ['--network-policy=false']),
    ...(flux.watchAllNamespaces ? [] : ['--watch-all-namespaces=false']),
    ...(flux.logLevel === 'info' ? [] : [`--log-level=${flux.logLevel}`]),
    ...(flux.clusterDomain === 'cluster.local' ? [] : [`--cluster-domain=${flux.clusterDomain}`]),
    ...(flux.tolerationKeys.length === 0 ? [] : [`--toleration-keys=${flux.tolerationKeys.join(',')}`]),
  ]
}

/** Behind `flux`. */
export const fluxBootstrap = (file: ClusterFile, timeoutMs: number): string[] => [
  'bootstrap',
  file.flux.style,
  ...ofForge(file),
  ...ofGit(file),
  ...ofFlux(file),
  `--timeout=${Math.ceil(timeoutMs / 1000)}s`,
]
