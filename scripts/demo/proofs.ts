// What the demo claims, asked of the operating system, of git and of the API server by kubectl: nothing here goes through flux-ops' own verification.
import { readlink } from 'node:fs/promises'
import { controllers, type SandboxState } from '../../src/sandbox/index.ts'
import { output, type Where } from './run.ts'

export interface Proof {
  readonly title: string
  readonly holds: boolean
  readonly lines: readonly string[]
}

export interface Claim {
  readonly from: string
  readonly to: string
  readonly env: Record<string, string>
  readonly repo: string
}

/** Controllers of each release that are real processes here (2.7.3's notification-controller cannot be had and is simulated). */
const CONTROLLERS: Readonly<Record<string, readonly string[]>> = {
  '2.7.3': ['helm-controller:v1.4.3', 'kustomize-controller:v1.7.2', 'source-controller:v1.7.3'],
  '2.9.2': ['helm-controller:v1.6.2', 'kustomize-controller:v1.9.3', 'notification-controller:v1.9.2', 'source-controller:v1.9.3'],
}

interface FluxObject {
  kind: string
  metadata: { namespace?: string; name: string; generation?: number; annotations?: Record<string, string> }
  spec?: { suspend?: boolean }
  status?: { observedGeneration?: number; lastHandledReconcileAt?: string; conditions?: { type: string; status: string }[] }
}

/** The binary behind each controller pod, read from /proc: the process table does not lie about what runs. */
export async function processesRun(state: SandboxState, version: string): Promise<Proof> {
  const running = (await controllers(state)).filter((each) => each.alive)
  const images = running.map((each) => each.image.split('/').at(-1) ?? '').sort()
  const lines: string[] = []
  let real = true
  for (const each of running) {
    const executable = await readlink(`/proc/${each.pid}/exe`)
    real &&= executable === each.binary
    lines.push(`pid ${each.pid}  ${each.image.split('/').at(-1)}`)
  }
  const wanted = [...(CONTROLLERS[version] ?? [])].sort()
  return {
    title: `the controllers' processes are the binaries of Flux ${version}`,
    holds: real && images.join() === wanted.join(),
    lines: lines.sort(),
  }
}

async function pinsInOneCommit({ from, to, repo, env }: Claim): Promise<Proof> {
  const where: Where = { env, cwd: repo }
  await output('git', ['fetch', '--quiet', 'origin', 'main'], where)
  const commits = (await output('git', ['log', '--format=%h %s', '--grep=^Flux-Ops-Run: ', 'origin/main'], where)).trim().split('\n')
  const left = await output('git', ['grep', '-n', `v${from}`, 'origin/main', '--', 'cluster', 'clusters'], where).catch(() => '')
  const at = (await output('git', ['grep', '-nE', `(ref=|tag: |Flux Version: )v${to}`, 'origin/main', '--'], where)).trim().split('\n')
  const lines = [...commits.map((line) => `commit ${line}`), ...at.map((line) => line.replace('origin/main:', ''))]
  return { title: `the pins in git are at v${to}, in one commit`, holds: commits.length === 1 && left === '' && at.length > 0, lines }
}

async function droppedApiGone({ repo, env }: Claim): Promise<Proof> {
  const where: Where = { env, cwd: repo }
  const inGit = await output(
    'git',
    ['grep', '-nE', 'apiVersion: (source|kustomize|helm)\\.toolkit\\.fluxcd\\.io/v[0-9]*beta', 'origin/main'],
    where,
  ).catch(() => '')
  const crds = JSON.parse(await output('kubectl', ['get', 'crds', '-l', 'app.kubernetes.io/part-of=flux', '-o', 'json'], where)).items as {
    metadata: { name: string }
    spec: { versions: { name: string }[] }
    status: { storedVersions: string[] }
  }[]
  const bad = crds.filter((crd) => crd.status.storedVersions.some((stored) => !crd.spec.versions.some((each) => each.name === stored)))
  const several = crds.filter((crd) => crd.status.storedVersions.length !== 1)
  const lines = crds.map((crd) => `${crd.metadata.name}  storedVersions [${crd.status.storedVersions.join(', ')}]`)
  return {
    title: 'the dropped API versions are gone from git and from every storedVersions',
    holds: inGit === '' && crds.length > 0 && bad.length + several.length === 0,
    lines,
  }
}

const KINDS = ['gitrepositories', 'ocirepositories', 'helmcharts', 'buckets'].map((each) => `${each}.source.toolkit.fluxcd.io`)

async function everyObjectReady({ repo, env }: Claim): Promise<Proof> {
  const kinds = [...KINDS, 'kustomizations.kustomize.toolkit.fluxcd.io', 'helmreleases.helm.toolkit.fluxcd.io'].join(',')
  const objects = JSON.parse(await output('kubectl', ['get', kinds, '-A', '-o', 'json'], { env, cwd: repo })).items as FluxObject[]
  const wrong: string[] = []
  for (const object of objects.filter((each) => each.spec?.suspend !== true)) {
    const name = `${object.kind} ${object.metadata.namespace}/${object.metadata.name}`
    const ready = object.status?.conditions?.find((each) => each.type === 'Ready')?.status === 'True'
    const asked = object.metadata.annotations?.['reconcile.fluxcd.io/requestedAt']
    if (!ready) wrong.push(`${name} is not Ready`)
    else if (object.status?.observedGeneration !== object.metadata.generation) wrong.push(`${name} has not seen its last generation`)
    else if (asked === undefined || object.status?.lastHandledReconcileAt !== asked)
      wrong.push(`${name} was not reconciled after the upgrade`)
  }
  const lines =
    wrong.length > 0
      ? wrong
      : [`${objects.length} objects: Ready=True, and the reconcile asked for after the upgrade is the one they handled last`]
  return { title: 'every object is Ready with a reconcile after the upgrade', holds: wrong.length === 0 && objects.length > 0, lines }
}

export async function prove(state: SandboxState, claim: Claim): Promise<Proof[]> {
  return [await processesRun(state, claim.to), await pinsInOneCommit(claim), await droppedApiGone(claim), await everyObjectReady(claim)]
}
