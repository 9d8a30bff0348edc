// What a cluster file means, in a few lines, with its defaults filled in.
import type { ClusterFile } from '../../cluster-file/schema.ts'
import { sanitise } from '../../ui/sanitise.ts'

const LABEL = 9

const row = (name: string, ...parts: readonly (string | undefined | false)[]): string[] => {
  const text = parts.filter((part) => typeof part === 'string' && part !== '').join(', ')
  return text === '' ? [] : [`${name.padEnd(LABEL)}${sanitise(text)}`]
}

const HOW: Readonly<Record<ClusterFile['flux']['style'], string>> = {
  git: 'by flux bootstrap git',
  github: 'by flux bootstrap github',
  gitlab: 'by flux bootstrap gitlab',
  gitea: 'by flux bootstrap gitea',
  kustomize: 'applied from a pin, then kept by itself',
  operator: 'by the Flux Operator',
}

const short = (component: string): string => component.replace(/-controller$/, '')

function settingsText({ settings }: ClusterFile['flux']): string {
  const { concurrent, requeueDependency, memoryLimit, inMemoryBuild, helmCache, oomWatch, featureGates = {}, monitors } = settings
  const gates = Object.entries(featureGates).flatMap(([component, each]) =>
    Object.entries(each ?? {}).map(([gate, on]) => `${short(component)} ${gate}=${on}`),
  )
  const parts = [
    concurrent !== undefined && `concurrent ${concurrent}`,
    requeueDependency !== undefined && `requeue ${requeueDependency}`,
    memoryLimit !== undefined && `memory ${memoryLimit}`,
    inMemoryBuild && 'builds in memory',
    helmCache && `Helm cache ${helmCache.maxSize} for ${helmCache.ttl}`,
    oomWatch && `OOM watch at ${oomWatch.threshold}%`,
    ...gates,
    ...monitors,
  ]
  return parts.filter((part) => typeof part === 'string').join(', ')
}

function authText({ auth }: ClusterFile['git']): string {
  const { ssh, token } = auth ?? {}
  if (ssh) {
    const key = ssh.generate === undefined ? `the key ${ssh.privateKeyFile}` : `a new ${ssh.generate} key`
    return `by SSH with ${key}, host keys ${ssh.hostKeys === undefined ? `of ${ssh.knownHostsFile}` : `pinned (${ssh.hostKeys.length})`}`
  }
  return token ? `with the token of ${token.env ?? token.file}` : 'with a deploy key of the forge'
}

const PUBLISH = {
  push: 'commits are pushed',
  pr: 'commits wait for the merge of a pull request',
  none: 'files are written, you commit them',
} as const

function repositoryLines({ git, forge, flux }: ClusterFile): string[] {
  const host = forge?.hostname ?? { github: 'github.com', gitlab: 'gitlab.com', gitea: 'gitea.com' }[flux.style as string]
  const url = git.url ?? `${host}/${forge?.owner}/${forge?.repository}`
  return [
    ...row('git', `${url} @ ${git.branch}`, `folder ${git.path}`, `every ${git.interval}`),
    ...row('', `${authText(git)}; ${PUBLISH[git.publish]}, by ${git.author.name}`),
  ]
}

function keyLines({ sops, secrets }: ClusterFile): string[] {
  if (sops === undefined) return row('sops', 'no key: nothing is decrypted')
  const { key, backup } = sops
  const from = key.file ?? key.backup?.file ?? `${key.backup?.shares?.length} shares`
  const which = key.generate === undefined ? `the key of ${from}` : `a new ${key.generate} key`
  const shares = backup?.shares && `${backup.shares.of} shares of which ${backup.shares.needed} recover`
  const sealed =
    shares ??
    (backup?.recipients
      ? `sealed to ${backup.recipients.length} ${backup.recipients.length === 1 ? 'recipient' : 'recipients'}`
      : 'sealed to a passphrase')
  return [
    ...row('sops', `${which} in Secret ${sops.secretName}`, backup && `backed up first to ${backup.out}, ${sealed}`),
    ...row('secrets', secrets.length > 0 && `${secrets.length} applied before Flux: ${secrets.join(', ')}`),
  ]
}

/** What a FluxInstance alone can say. */
function instanceText({ operator }: ClusterFile['flux']): string[] {
  const { labels = {}, annotations = {} } = operator?.commonMetadata ?? {}
  const marks = [...Object.entries(labels), ...Object.entries(annotations)].map(([key, value]) => `${key}: ${value}`)
  return [
    ...(operator?.clusterType === undefined ? [] : [`cluster type ${operator.clusterType}`]),
    ...(operator?.size === undefined ? [] : [`size ${operator.size}`]),
    ...(operator?.multitenant === true ? ['tenants locked down'] : []),
    ...(marks.length === 0 ? [] : [`everything carries ${marks.join(', ')}`]),
  ]
}

export function drawCluster(file: string, cluster: ClusterFile): string {
  const { metadata, cluster: place, flux, layout, wait } = cluster
  const storage = place.storageClass === true ? 'a default StorageClass' : place.storageClass && `StorageClass ${place.storageClass}`
  const extras = [
    layout.sampleApp && 'a sample app',
    layout.ci !== 'none' && `a workflow for ${layout.ci}`,
    layout.substitutionOptOut && 'opt-out of substitution',
  ]
  const lines = [
    `✔ ${sanitise(file)}: cluster ${sanitise(metadata.name)}`,
    ...row(
      'cluster',
      `context ${place.context}`,
      place.uid && `uid ${place.uid}`,
      place.kubernetes && `Kubernetes ${place.kubernetes}`,
      storage,
    ),
    ...row(
      'flux',
      `${flux.version} ${HOW[flux.style]}`,
      `in ${flux.namespace}`,
      flux.operator && `operator ${flux.operator.version} of ${flux.operator.registry}`,
      `images of ${flux.registry}`,
    ),
    ...row('', [...flux.components, ...flux.componentsExtra].map(short).join(', ')),
    ...row('', settingsText(flux)),
    ...row('', ...instanceText(flux)),
    ...repositoryLines(cluster),
    ...keyLines(cluster),
    ...row('layout', layout.kind === 'none' ? 'nothing is laid out' : layout.kind, ...extras),
    ...row('wait', `up to ${wait.timeout} for each layer`),
  ]
  return `${lines.join('\n')}\n`
}
