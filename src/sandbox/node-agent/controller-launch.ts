// From a container's spec to a process: folders, identity, environment, flags, log file.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { processEnvironment } from '../environment.ts'
import { freePort } from '../ports.ts'
import { launch, type ProcessExit } from '../processes.ts'
import { type ControllerPorts, controllerArgs, relocate } from './controller-args.ts'
import { crashAsked, type NodeContext, podLog, previousPodLog } from './node.ts'
import { parseImage } from './plan.ts'
import { containerEnv, expand } from './pod-env.ts'
import type { Container, KeyRef, Pod } from './pod-types.ts'
import { parseQuantity } from './quantity.ts'
import type { ControllerRecord } from './records.ts'
import { type Identity, writeIdentity } from './service-account.ts'

export interface LaunchInput {
  readonly node: NodeContext
  readonly pod: Pod
  readonly container: Container
  readonly controller: string
  readonly binary: string
  readonly restartCount: number
  readonly onExit?: (exit: ProcessExit) => void
}

const CRASH = "process.stderr.write('ended right after its start, as faults.json asks\\n'); process.exit(1)"

/** Folder of one pod: token, kubeconfig, scratch volumes. It goes with the pod. */
export const podFolder = (node: NodeContext, pod: Pod, controller: string): string =>
  join(node.paths.controllers, controller, pod.metadata.name)

export const identityOf = ({ node, pod, controller }: Pick<LaunchInput, 'node' | 'pod' | 'controller'>): Identity => ({
  client: node.client,
  pod,
  folder: podFolder(node, pod, controller),
  apiPort: node.apiPort,
  ca: node.ca,
})

/** Starts the container's process and records it. Throws when the identity or a referenced value cannot be had. */
export async function launchController(input: LaunchInput): Promise<ControllerRecord> {
  const { node, pod, container, binary } = input
  const folder = podFolder(node, pod, input.controller)
  const mounts = await makeMounts(input, folder)
  const kubeconfig = await writeIdentity(identityOf(input))
  const ports = await choosePorts()
  const podEnv = await containerEnv(pod, container, keyLookup(node, pod))
  const argv = (await wantsCrash(input))
    ? [process.execPath, '-e', CRASH]
    : [binary, ...(await makeArgs(input, podEnv, ports, mounts, folder))]
  const env = {
    ...processEnvironment(node.paths),
    PATH: process.env.PATH ?? '',
    HOME: folder,
    TMPDIR: mounts['/tmp'] ?? folder,
    KUBECONFIG: kubeconfig,
    ...Object.fromEntries(Object.entries(podEnv).map(([name, value]) => [name, relocate(value, mounts)])),
  }
  const log = podLog(node.paths, pod.metadata.name)
  await rename(log, previousPodLog(node.paths, pod.metadata.name)).catch(() => {})
  const name = `pod.${pod.metadata.name}`
  const { onExit = () => {} } = input
  const started = await launch({ sandboxId: node.sandboxId, name, argv, env, log, cwd: folder, onExit })
  const record = makeRecord(input, started, ports)
  await node.records.put(record)
  return record
}

function makeRecord(
  input: LaunchInput,
  started: { pid: number; startTime: string; argv: readonly string[]; log: string },
  ports: ControllerPorts,
) {
  const { metadata } = input.pod
  return {
    uid: metadata.uid,
    container: input.container.name,
    pod: metadata.name,
    namespace: metadata.namespace,
    image: input.container.image,
    binary: input.binary,
    pid: started.pid,
    startTime: started.startTime,
    startedAt: new Date().toISOString(),
    restartCount: input.restartCount,
    ports,
    log: started.log,
    argv: [...started.argv],
  }
}

async function wantsCrash({ node, container }: LaunchInput): Promise<boolean> {
  const { name, tag } = parseImage(container.image)
  return await crashAsked(node.paths, `${name}:${tag}`)
}

/** Storage is kept for the component; every other mount belongs to the pod. */
async function makeMounts({ node, container, controller }: LaunchInput, folder: string): Promise<Record<string, string>> {
  const mounts: Record<string, string> = { '/tmp': join(folder, 'tmp') }
  for (const { name, mountPath } of container.volumeMounts ?? []) {
    if (mountPath === '/data') mounts[mountPath] = join(node.paths.controllers, controller, 'data')
    else if (mountPath !== '/tmp') mounts[mountPath] = join(folder, 'volumes', name)
  }
  for (const path of Object.values(mounts)) await mkdir(path, { recursive: true, mode: 0o700 })
  return mounts
}

async function choosePorts(): Promise<ControllerPorts> {
  const taken = new Set<number>()
  const next = async (): Promise<number> => {
    const port = await freePort(taken)
    taken.add(port)
    return port
  }
  return { metrics: await next(), health: await next(), http: await next(), webhook: await next() }
}

async function makeArgs(
  input: LaunchInput,
  env: Readonly<Record<string, string>>,
  ports: ControllerPorts,
  mounts: Readonly<Record<string, string>>,
  folder: string,
): Promise<string[]> {
  const { node, controller, container } = input
  const args = (container.args ?? []).map((arg) => expand(arg, env))
  const storage = join(node.paths.controllers, controller, 'data')
  await mkdir(storage, { recursive: true, mode: 0o700 })
  return [
    ...controllerArgs({ controller, args, ports, services: node.services, storage, mounts }),
    ...(await memoryFiles(args, container, folder)),
  ]
}

/** The OOM watcher of helm-controller reads its cgroup; here two files stand for it, the second kept up to date by the agent. */
async function memoryFiles(args: readonly string[], container: Container, folder: string): Promise<string[]> {
  if (!args.some((arg) => arg.includes('OOMWatch=true')) || args.some((arg) => arg.startsWith('--oom-watch-max-memory-path'))) return []
  const [max, current] = [join(folder, 'memory.max'), join(folder, 'memory.current')]
  await writeFile(max, String(parseQuantity(container.resources?.limits?.memory ?? '32Gi')))
  await writeFile(current, '0')
  return [`--oom-watch-max-memory-path=${max}`, `--oom-watch-current-memory-path=${current}`]
}

const keyLookup =
  (node: NodeContext, pod: Pod) =>
  async (kind: 'configmaps' | 'secrets', ref: KeyRef): Promise<string | undefined> => {
    const object = await node.client.get(`/api/v1/namespaces/${pod.metadata.namespace}/${kind}/${ref.name}`)
    const value = (object?.data as Record<string, string> | undefined)?.[ref.key]
    return value === undefined || kind === 'configmaps' ? value : Buffer.from(value, 'base64').toString()
  }

export async function removePodFolder(node: NodeContext, pod: Pod, controller: string): Promise<void> {
  await rm(podFolder(node, pod, controller), { recursive: true, force: true })
}
