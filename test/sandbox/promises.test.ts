import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { down, environment, readState, startProcess, status, stopProcess } from '../../src/sandbox/index.ts'
import { findMarked, identify, isAlive } from '../../src/sandbox/process-identity.ts'
import { launch } from '../../src/sandbox/processes.ts'
import { listeners } from './listeners.ts'
import { allTools, eventually, type Scratch, scratch } from './scratch.ts'

const SHELL = { PATH: process.env.PATH ?? '' }

let box: Scratch

beforeEach(async () => {
  box = await scratch()
})

afterEach(async () => {
  await box.remove()
})

test('the API answers in under 10 seconds from warm binaries', async () => {
  const start = performance.now()

  await box.up()

  const seconds = (performance.now() - start) / 1000
  console.log(`API and node ready after ${seconds.toFixed(1)} s`)
  expect(seconds).toBeLessThan(10)
})

test('a second up keeps every process and every port', async () => {
  const first = await box.up()

  const second = await box.up()

  expect(second.processes).toEqual(first.processes)
  expect(second.ports).toEqual(first.ports)
})

test('an up after a down keeps the ports and the objects', async () => {
  const first = await box.up()
  await box.kubectl(['create', 'namespace', 'kept'])
  await down('main', box.ref())

  const second = await box.up()

  expect(second.ports).toEqual(first.ports)
  expect(await box.kubectl(['get', 'namespace', 'kept', '--output=name'])).toBe('namespace/kept\n')
})

test('an up that was killed at any point can be repeated, and down leaves nothing of either', async () => {
  const tools = JSON.stringify(await allTools())
  const child = fileURLToPath(new URL('./up-in-child.ts', import.meta.url))
  for (const delay of [150, 300, 450, 600, 900, 1300, 1800, 2500]) {
    const first = spawn(process.execPath, [child, box.root, 'main', tools], { stdio: 'ignore' })
    await sleep(delay)
    first.kill('SIGKILL')
  }

  const state = await box.up()

  expect((await status('main', box)).phase).toBe('running')
  const recorded = Object.values(state.processes).map((process) => process.pid)
  expect(findMarked(state.id).map((process) => process.pid)).toEqual(expect.arrayContaining(recorded))
  expect(findMarked(state.id)).toHaveLength(recorded.length)
  await down('main', box.ref())
  expect(findMarked(state.id)).toEqual([])
})

test('a process that was started and never recorded is ended by the next up', async () => {
  const state = await box.up()
  const lost = await launch({
    sandboxId: state.id,
    name: 'registry',
    argv: ['sleep', '600'],
    env: SHELL,
    log: join(state.dir, 'lost'),
    cwd: state.dir,
  })

  await box.up()

  expect(isAlive(lost)).toBe(false)
})

test('a pod process that was started and never recorded is ended by the next node agent', async () => {
  const state = await box.up()
  const lost = await launch({
    sandboxId: state.id,
    name: 'pod.lost',
    argv: ['sleep', '600'],
    env: SHELL,
    log: join(state.dir, 'lost'),
    cwd: state.dir,
  })

  await stopProcess(box.ref(), 'node-agent', { kill: true })
  await startProcess(box.ref(), 'node-agent')

  await eventually('the process ended', async () => !isAlive(lost))
})

test('two ups of one name at the same time end with one set of processes', async () => {
  const [one, two] = await Promise.all([box.up(), box.up()])

  expect(two.processes).toEqual(one.processes)
  expect(findMarked(one.id)).toHaveLength(Object.keys(one.processes).length)
})

test('down ends every process of the sandbox and no other', async () => {
  const bystander = spawn('sleep', ['600'], { stdio: 'ignore' })
  const neighbour = await box.up('neighbour')
  const state = await box.up('main', '2.7.3')
  const ours = findMarked(state.id)

  await down('main', box.ref())

  expect(ours.length).toBeGreaterThanOrEqual(7)
  expect(ours.filter(isAlive)).toEqual([])
  expect(identify(bystander.pid ?? 0)).toBeDefined()
  expect(Object.values(neighbour.processes).every(isAlive)).toBe(true)
  bystander.kill()
})

test('down leaves a process alone that got the pid of one of ours', async () => {
  const bystander = spawn('sleep', ['600'], { stdio: 'ignore' })
  const state = await box.up()
  const etcd = state.processes.etcd
  const stolen = { ...state, processes: { ...state.processes, stolen: { ...etcd, name: 'stolen', pid: bystander.pid } } }
  await writeFile(join(state.dir, 'state.json'), JSON.stringify(stolen))

  await down('main', box.ref())

  expect(identify(bystander.pid ?? 0)).toBeDefined()
  bystander.kill()
})

test('two sandboxes with different names live side by side', async () => {
  const one = await box.up('one')
  const two = await box.up('two')
  await box.kubectl(['create', 'namespace', 'only-in-one'], 'one')

  const inTwo = await box.kubectl(['get', 'namespaces', '--output=name'], 'two')

  expect(inTwo).not.toContain('only-in-one')
  const ports = [...Object.values(one.ports), ...Object.values(two.ports)]
  expect(new Set(ports).size).toBe(ports.length)
})

test('every listener is on 127.0.0.1', async () => {
  const state = await box.up('main', '2.7.3')

  const found = await listeners(findMarked(state.id).map((process) => process.pid))

  expect(found.length).toBeGreaterThanOrEqual(10)
  expect(found.filter(({ address }) => address !== '127.0.0.1')).toEqual([])
})

test('nothing is written outside the folder of the sandbox and the cache, and the kubeconfig of the user stays as it was', async () => {
  const home = await mkdtemp(join(tmpdir(), 'flux-ops-home-'))
  const mine = join(home, 'kubeconfig')
  await writeFile(mine, 'mine')
  const child = fileURLToPath(new URL('./up-in-child.ts', import.meta.url))
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: home, KUBECONFIG: mine, XDG_CACHE_HOME: join(home, 'cache') }

  const up = spawn(process.execPath, [child, box.root, 'main', JSON.stringify(await allTools())], { stdio: 'ignore', env })
  const code = await new Promise((resolve) => up.once('exit', resolve))

  expect(code).toBe(0)
  expect((await readdir(home)).sort()).toEqual(['cache', 'kubeconfig'])
  expect(await readdir(join(home, 'cache'))).toEqual(['flux-ops'])
  expect(await readFile(mine, 'utf8')).toBe('mine')
  await box.up()
  expect(environment({ dir: join(box.root, 'main') }).KUBECONFIG).toBe(join(box.root, 'main', 'kubeconfig'))
  await rm(home, { recursive: true })
})

test('an up with another Flux release than the sandbox has is refused and changes nothing', async () => {
  const before = await box.up()

  const attempt = box.up('main', '2.7.3')

  await expect(attempt).rejects.toMatchObject({ code: 'sandbox-other', exit: 'refused' })
  expect(await readState(before.dir)).toEqual(before)
})

test('a Flux release without binaries is refused before anything is started', async () => {
  const attempt = box.up('main', '2.8.0')

  await expect(attempt).rejects.toMatchObject({ code: 'sandbox-flux-unknown', exit: 'usage' })
  expect((await status('main', box)).phase).toBe('missing')
})

test('secrets of the sandbox are in files of mode 0600 and in no argument of a process', async () => {
  const state = await box.up('main', '2.7.3')
  const csv = await readFile(join(state.dir, 'secrets', 'tokens.csv'), 'utf8')
  const tokens = csv.split('\n').flatMap((line) => line.split(',')[0] || [])

  const commandLines = await Promise.all(findMarked(state.id).map(({ pid }) => readFile(`/proc/${pid}/cmdline`, 'utf8')))

  const files = (await readdir(state.dir, { recursive: true })).filter((name) => /(^secrets\/|kubeconfig$|\/token$)/.test(name))
  const modes = await Promise.all(files.map(async (name) => `${name} ${((await stat(join(state.dir, name))).mode & 0o777).toString(8)}`))
  expect(modes.length).toBeGreaterThanOrEqual(10)
  expect(modes.filter((line) => !line.endsWith(' 600'))).toEqual([])
  expect(tokens).toHaveLength(4)
  expect(tokens.filter((token) => commandLines.some((line) => line.includes(token)))).toEqual([])
})
