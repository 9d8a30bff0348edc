import { readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubeObject } from '../../src/ports/kube.ts'
import {
  type ControllerStatus,
  controllers,
  installFlux,
  restartApiServer,
  restore,
  type SandboxState,
  snapshot,
  startProcess,
  stopProcess,
  withSandbox,
} from '../../src/sandbox/index.ts'
import { isAlive } from '../../src/sandbox/process-identity.ts'
import { eventually, type Scratch, scratch } from './scratch.ts'

let box: Scratch
let state: SandboxState

beforeAll(async () => {
  box = await scratch()
  state = await box.up('main', '2.7.3')
  await snapshot(box.ref(), 'fresh')
})

afterAll(async () => {
  await box.remove()
})

const fresh = (): Promise<void> => restore(box.ref(), 'fresh')
const json = async (...args: string[]): Promise<KubeObject> => JSON.parse(await box.kubectl([...args, '--output=json'])) as KubeObject
const pods = async (...args: string[]): Promise<KubeObject[]> => (await json('get', 'pods', ...args)).items as KubeObject[]
const fluxPods = (component: string): Promise<KubeObject[]> => pods('--namespace=flux-system', `--selector=app=${component}`)
const patchDeployment = (name: string, patch: string): Promise<string> =>
  box.kubectl(['--namespace=flux-system', 'patch', 'deployment', name, '--type=json', `--patch=${patch}`])
const setImage = (name: string, image: string): Promise<string> =>
  box.kubectl(['--namespace=flux-system', 'set', 'image', `deployment/${name}`, `manager=${image}`])

async function running(component: string): Promise<ControllerStatus> {
  const found = (await controllers(state)).filter((controller) => controller.alive && controller.image.includes(component))
  expect(found).toHaveLength(1)
  return found[0] as ControllerStatus
}

test('each Flux controller is a real process of the version that its image names', async () => {
  const executables = await Promise.all((await controllers(state)).map(({ pid }) => readlink(`/proc/${pid}/exe`)))

  expect(executables.sort()).toEqual(
    [state.tools['helm-controller-1.4.3'], state.tools['kustomize-controller-1.7.2'], state.tools['source-controller-1.7.3']].sort(),
  )
})

test('the controller without a binary is reported ready and marked as simulated', async () => {
  const [pod] = await fluxPods('notification-controller')

  expect(pod?.metadata.annotations?.['flux-ops.dev/simulated']).toBe('true')
  expect(pod?.status.containerStatuses[0].ready).toBe(true)
  const marked = (await pods('--all-namespaces')).filter((other) => other.metadata.annotations?.['flux-ops.dev/simulated'] !== undefined)
  expect(marked).toHaveLength(1)
})

test('a controller runs as the service account of its pod, with the rights of that and no more', async () => {
  const { pod } = await running('source-controller')
  const kubeconfig = `--kubeconfig=${join(state.dir, 'controllers', 'source-controller', pod, 'kubeconfig')}`

  const who = JSON.parse(await box.kubectl([kubeconfig, 'auth', 'whoami', '--output=json']))
  const nodes = await box.kubectl([kubeconfig, 'auth', 'can-i', 'list', 'nodes']).catch((error: { stdout: string }) => error.stdout)
  const sources = await box.kubectl([kubeconfig, 'auth', 'can-i', 'patch', 'gitrepositories.source.toolkit.fluxcd.io'])

  expect(who.status.userInfo.username).toBe('system:serviceaccount:flux-system:source-controller')
  expect(nodes.trim()).toBe('no')
  expect(sources.trim()).toBe('yes')
})

test('kubectl logs shows what the process wrote', async () => {
  const log = await box.kubectl(['--namespace=flux-system', 'logs', 'deployment/source-controller', '--tail=2'])

  const { log: file } = await running('source-controller')
  expect(log.trim().split('\n')).toHaveLength(2)
  expect(await readFile(file, 'utf8')).toContain(log.trim().split('\n')[0])
})

test('a new image tag ends the old process and starts the new binary', async () => {
  const before = await running('kustomize-controller')

  await setImage('kustomize-controller', 'ghcr.io/fluxcd/kustomize-controller:v1.9.3')
  await box.kubectl(['--namespace=flux-system', 'rollout', 'status', 'deployment/kustomize-controller', '--timeout=60s'])
  await eventually('the old process ended', async () => (await controllers(state)).every(({ pid }) => pid !== before.pid))

  const after = await running('kustomize-controller')
  expect(await readlink(`/proc/${after.pid}/exe`)).toBe(state.tools['kustomize-controller-1.9.3'])
  await fresh()
})

test('a whole Flux release is swapped for another', async () => {
  const start = performance.now()
  await withSandbox(box.ref(), (ctx) => installFlux(ctx, '2.9.2'))

  console.log(`2.7.3 to 2.9.2 in ${((performance.now() - start) / 1000).toFixed(1)} s`)
  const images = (await controllers(state)).filter(({ alive }) => alive).map(({ image }) => image.split('/').at(-1))
  expect(images.sort()).toEqual(
    ['helm-controller:v1.6.2', 'kustomize-controller:v1.9.3', 'notification-controller:v1.9.2', 'source-controller:v1.9.3'].sort(),
  )
  await fresh()
})

test('a version of a Flux controller that the sandbox does not have cannot be pulled', async () => {
  await setImage('helm-controller', 'ghcr.io/fluxcd/helm-controller:v9.9.9')

  const waiting = await eventually('ImagePullBackOff', async () => {
    const states = (await fluxPods('helm-controller')).map((pod) => pod.status?.containerStatuses?.[0]?.state.waiting)
    return states.find((found) => found?.reason === 'ImagePullBackOff')
  })

  expect(waiting.message).toContain('ghcr.io/fluxcd/helm-controller:v9.9.9')
  await fresh()
})

test('a flag that the binary does not know makes a crash loop that shows what the binary said', async () => {
  await patchDeployment('helm-controller', '[{"op":"add","path":"/spec/template/spec/containers/0/args/-","value":"--no-such-flag"}]')

  const status = await eventually('CrashLoopBackOff', async () => {
    const statuses = (await fluxPods('helm-controller')).map((pod) => pod.status?.containerStatuses?.[0])
    return statuses.find((found) => found?.state.waiting?.reason === 'CrashLoopBackOff' && found.restartCount >= 2)
  })

  expect(status.lastState.terminated.exitCode).toBe(2)
  expect(status.lastState.terminated.message).toContain('unknown flag: --no-such-flag')
  expect((await json('--namespace=flux-system', 'get', 'deployment', 'helm-controller')).status.readyReplicas).toBe(1)
  await fresh()
})

test('a controller that is killed is started again and counted', async () => {
  const before = await running('source-controller')

  process.kill(before.pid, 'SIGKILL')

  const pod = await eventually('ready again', async () => {
    const [found] = await fluxPods('source-controller')
    const status = found?.status.containerStatuses[0]
    return status.ready && status.restartCount === 1 ? status : undefined
  })
  expect(pod.lastState.terminated.exitCode).toBe(137)
  expect((await running('source-controller')).pid).not.toBe(before.pid)
})

test('faults.json makes one image crash on its start, and lets it live when it is taken back', async () => {
  await writeFile(join(state.dir, 'faults.json'), JSON.stringify({ crash: ['kustomize-controller:v1.9.3'] }))
  await setImage('kustomize-controller', 'ghcr.io/fluxcd/kustomize-controller:v1.9.3')
  await eventually('crash', async () => {
    const statuses = (await fluxPods('kustomize-controller')).map((pod) => pod.status?.containerStatuses?.[0])
    return statuses.find((found) => found?.state.waiting?.reason === 'CrashLoopBackOff')
  })

  await rm(join(state.dir, 'faults.json'))

  await box.kubectl(['--namespace=flux-system', 'rollout', 'status', 'deployment/kustomize-controller', '--timeout=60s'])
  await fresh()
})

test('an agent that was killed is followed by one that knows its processes', async () => {
  const before = await running('source-controller')

  await stopProcess(box.ref(), 'node-agent', { kill: true })
  await startProcess(box.ref(), 'node-agent')

  await box.kubectl(['--namespace=flux-system', 'delete', 'pod', before.pod, '--wait=true', '--timeout=60s'])
  expect(isAlive({ pid: before.pid, startTime: (await startTimeOf(before.pid)) ?? 'gone' })).toBe(false)
  await eventually('a new pod', async () => (await running('source-controller')).pid !== before.pid)
})

const startTimeOf = async (pid: number): Promise<string | undefined> =>
  (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).split(') ')[1]?.split(' ')[19]

test('a pod that went away while there was no agent leaves no process behind', async () => {
  const before = await running('helm-controller')
  await stopProcess(box.ref(), 'node-agent', { kill: true })
  await box.kubectl(['--namespace=flux-system', 'delete', 'pod', before.pod, '--force', '--grace-period=0'])

  await startProcess(box.ref(), 'node-agent')

  await eventually('the old process ended', async () => (await startTimeOf(before.pid)) === undefined)
  await eventually('a new one', async () =>
    (await controllers(state)).some(({ image, alive }) => alive && image.includes('helm-controller')),
  )
})

test('the node goes on after the API server was restarted', async () => {
  await restartApiServer(box.ref())

  await box.kubectl(['create', 'namespace', 'after-restart'])
  await box.kubectl(['--namespace=after-restart', 'create', 'deployment', 'web', '--image=nginx:1'])

  await box.kubectl(['--namespace=after-restart', 'rollout', 'status', 'deployment/web', '--timeout=60s'])
})

test.each([
  ['image-pull', 'ImagePullBackOff'],
  ['crash-loop', 'CrashLoopBackOff'],
])('the annotation %s is reported as %s', async (fail, reason) => {
  const name = `asked-${fail}`
  await box.kubectl(['run', name, '--image=nginx:1', `--annotations=sandbox.flux-ops.dev/fail=${fail}`])

  const waiting = await eventually(reason, async () => (await json('get', 'pod', name)).status.containerStatuses?.[0].state.waiting)

  expect(waiting.reason).toBe(reason)
})

test('a pod can be asked never to be ready, or to be ready later', async () => {
  await box.kubectl(['run', 'never', '--image=nginx:1', '--annotations=sandbox.flux-ops.dev/fail=never-ready'])
  await box.kubectl(['run', 'later', '--image=nginx:1', '--annotations=sandbox.flux-ops.dev/fail=ready-after=2'])
  const ready = async (name: string): Promise<boolean> => (await json('get', 'pod', name)).status.containerStatuses?.[0].ready === true

  await eventually('running', async () => (await json('get', 'pod', 'later')).status.phase === 'Running')
  expect(await ready('later')).toBe(false)
  await box.kubectl(['wait', '--for=condition=Ready', 'pod/later', '--timeout=30s'])

  expect(await ready('never')).toBe(false)
})

test('a Job of a foreign image completes', async () => {
  await box.kubectl(['create', 'job', 'once', '--image=busybox:1'])

  await box.kubectl(['wait', '--for=condition=Complete', 'job/once', '--timeout=30s'])
})

test('the viewer may sign in and read nothing', async () => {
  const kubeconfig = `--kubeconfig=${join(state.dir, 'secrets', 'viewer.kubeconfig')}`

  const attempt = box.kubectl([kubeconfig, 'get', 'namespaces'])

  await expect(attempt).rejects.toThrow('User "sandbox-viewer" cannot list resource "namespaces"')
})

test('a restore brings the cluster back in a few seconds, with its controllers ready', async () => {
  await box.kubectl(['create', 'namespace', 'not-in-the-snapshot'])

  const start = performance.now()
  await fresh()

  console.log(`restored in ${((performance.now() - start) / 1000).toFixed(1)} s`)
  expect(await box.kubectl(['get', 'namespaces', '--output=name'])).not.toContain('not-in-the-snapshot')
  expect((await controllers(state)).filter(({ alive }) => alive)).toHaveLength(3)
})
