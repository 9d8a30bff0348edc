// What is done to the controllers of a sandbox. All of it ends with the next reset.
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readRecords } from '../../src/sandbox/node-agent/records.ts'
import { agentStatePath } from '../../src/sandbox/paths.ts'
import { isAlive } from '../../src/sandbox/process-identity.ts'
import type { RecoverDesk } from './desk.ts'

type Desk = Pick<RecoverDesk, 'kubectl' | 'sandbox'>

const inFlux = (desk: Desk, ...args: string[]): Promise<string> => desk.kubectl('-n', 'flux-system', ...args)

/** Every process of it that is started from now on ends right after its start. */
export async function crashFromNowOn(desk: Desk, component: string): Promise<void> {
  const image = await inFlux(desk, 'get', 'deployment', component, '-o', 'jsonpath={.spec.template.spec.containers[0].image}')
  await writeFile(desk.sandbox.paths.faults, JSON.stringify({ crash: [image.split('@')[0]?.split('/').at(-1)] }))
}

export const crashNoMore = (desk: Desk): Promise<void> => rm(desk.sandbox.paths.faults, { force: true })

/** Its pod is replaced, and every one after it ends right after its start. */
export async function crash(desk: Desk, component: string): Promise<void> {
  await crashFromNowOn(desk, component)
  await inFlux(desk, 'delete', 'pod', '-l', `app=${component}`)
}

/** In the middle of whatever it does: nothing is put in order before. */
export async function kill(desk: Desk, component: string): Promise<void> {
  const { processes } = await readRecords(agentStatePath(desk.sandbox.paths.dir))
  const running = Object.values(processes).filter((one) => one.pod.startsWith(`${component}-`) && isAlive(one))
  if (running.length === 0) throw new Error(`no process of ${component} runs`)
  for (const { pid } of running) process.kill(pid, 'SIGKILL')
}

export async function stop(desk: Desk, component: string): Promise<void> {
  await inFlux(desk, 'scale', 'deployment', component, '--replicas=0')
  await inFlux(desk, 'wait', 'pod', '-l', `app=${component}`, '--for=delete', '--timeout=60s')
}

/** Its old pod goes before the new one comes. */
const ONE_BY_ONE = { type: 'Recreate', rollingUpdate: null }

const patch = (desk: Desk, component: string, type: 'json' | 'merge' | 'strategic', body: unknown): Promise<string> =>
  inFlux(desk, 'patch', 'deployment', component, `--type=${type}`, '-p', JSON.stringify(body))

/** Flux looks after itself here: what is changed on its Deployments would be put back. */
async function suspendItself(desk: Desk): Promise<void> {
  const names = (await inFlux(desk, 'get', 'kustomizations', '-o', 'name')).trim().split('\n')
  await inFlux(desk, 'patch', ...names, '--type=merge', '-p', JSON.stringify({ spec: { suspend: true } }))
}

export async function addFlag(desk: Desk, component: string, flag: string, { oneByOne = true } = {}): Promise<void> {
  await suspendItself(desk)
  if (oneByOne) await patch(desk, component, 'merge', { spec: { strategy: ONE_BY_ONE } })
  await patch(desk, component, 'json', [{ op: 'add', path: '/spec/template/spec/containers/0/args/-', value: flag }])
}

export async function limitMemory(desk: Desk, component: string, memory: string): Promise<void> {
  await suspendItself(desk)
  await patch(desk, component, 'merge', { spec: { strategy: ONE_BY_ONE } })
  const resources = { limits: { memory }, requests: { memory } }
  await patch(desk, component, 'strategic', { spec: { template: { spec: { containers: [{ name: 'manager', resources }] } } } })
}

export const rolledOut = (desk: Desk, component: string): Promise<string> =>
  inFlux(desk, 'rollout', 'status', `deployment/${component}`, '--timeout=90s')

/** Everything that source-controller has stored. It is not told. */
export async function wipeStorage(desk: Desk): Promise<void> {
  const data = join(desk.sandbox.paths.controllers, 'source-controller', 'data')
  for (const name of await readdir(data)) await rm(join(data, name), { recursive: true })
}
