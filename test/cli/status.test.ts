// `status` and its watch, by the built program, on a real API server that goes away and comes back.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Status } from '../../src/cli/status/shape.ts'
import { cells } from '../../src/ui/cells.ts'
import { runBuilt, type Said } from '../helpers/built-program.ts'
import { ReadingDesk } from './recover-desk.ts'
import { Watching } from './watching.ts'

const SIZE = { columns: 70, rows: 20 }
const ENTER = '\u001b[?1049h'
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l'

let desk: ReadingDesk
beforeAll(async () => {
  desk = await ReadingDesk.open('2.9.2')
  await desk.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } })
  await desk.apply(kustomization('here'), kustomization('well'))
  await desk.failed('flux-system', 'here', 'kustomize build failed: \u001b[2J no such file')
})
afterAll(() => desk?.close())

const kustomization = (name: string): object => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace: 'flux-system' },
  spec: { interval: '1h', path: './', prune: true, sourceRef: { kind: 'GitRepository', name: 'home' } },
})

async function status(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Said> {
  const cwd = join(desk.paths.dir, 'work')
  await mkdir(cwd, { recursive: true })
  return await runBuilt(desk.paths, ['status', ...args], { state: join(desk.paths.dir, 'state'), cwd, env })
}

describe('status', () => {
  test('names the causes that recover names, from one look', async () => {
    const { code, stdout } = await status(['--json'])
    const found = JSON.parse(stdout) as Status
    const { diagnosis } = await desk.diagnosis()

    expect(code).toBe(0)
    expect(found.causes.map(({ object, state }) => `${object} ${state}`)).toEqual(
      diagnosis.causes.map(({ object, state }) => `${object} ${state}`),
    )
    expect(found.causes).toMatchObject([{ object: 'Kustomization flux-system/here', state: 'build-failed' }])
    expect(found.objects).toBe(diagnosis.objects)
    expect(found.kinds).toEqual([{ kind: 'Kustomization', total: 2, states: { failed: 1, unknown: 1 } }])
  })

  test('is one screen for a person, and points to recover', async () => {
    const { code, stdout } = await status()

    expect(code).toBe(0)
    expect(stdout.split('\n').length).toBeLessThan(40)
    expect(stdout).toContain('✗ 1 Kustomization flux-system/here: kustomize cannot build ./')
    expect(stdout).toContain('flux-ops recover\n')
    expect(stdout).not.toContain('\u001b')
  })

  test('tells what an account may not see, and says of nothing of that that it is well', async () => {
    const rule = { apiGroups: ['kustomize.toolkit.fluxcd.io'], resources: ['kustomizations'], verbs: ['get', 'list'] }

    const { code, stdout } = await status([], { KUBECONFIG: await desk.account('watcher', [rule]) })

    expect(code).toBe(0)
    expect(stdout).toContain('uid ?')
    expect(stdout).toMatch(/\nnot seen\n {2}\? /)
    expect(stdout).toContain('✗ 1 Kustomization flux-system/here')
  })

  test.each(['0s', '5', '2d', '-1s', '500ms'])('takes %s for no time between two looks', async (interval) => {
    const { code, stderr } = await status(['--watch', `--interval=${interval}`])

    expect(code).toBe(2)
    expect(stderr).toContain('no time between two looks')
  })
})

/** Rows as they were drawn, without what moves the cursor. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const rows = (text: string): string[] => [...text.matchAll(/\u001b\[\d+;1H([^\u001b]*)/g)].map(([, line]) => line ?? '')

describe('a watch on a terminal', () => {
  test('draws on a screen of its own, no row wider than it, and q gives the terminal back', async () => {
    const watching = Watching.onTerminal(desk.paths, SIZE)
    await watching.until('the first look', (said) => said.includes('q ends') && said.includes('flux-system/here'))

    watching.type('q')
    const code = await watching.ended()

    expect(code).toBe(0)
    expect(watching.stdout).toContain(ENTER)
    expect(watching.stdout.endsWith(LEAVE)).toBe(true)
    expect(Math.max(...rows(watching.stdout).map(cells))).toBeLessThanOrEqual(SIZE.columns)
  })

  test.each([
    ['Ctrl-C', async (watching: Watching) => watching.type('\u0003')],
    ['SIGTERM', async (watching: Watching) => void process.kill(await watching.pid(), 'SIGTERM')],
    ['SIGHUP', async (watching: Watching) => void process.kill(await watching.pid(), 'SIGHUP')],
  ])('%s gives the terminal back too, with exit 130', async (_title, end) => {
    const watching = Watching.onTerminal(desk.paths, SIZE)
    await watching.until('the first look', (said) => said.includes('q ends') && said.includes('flux-system/here'))

    await end(watching)
    const code = await watching.ended()

    expect(code).toBe(130)
    expect(watching.stdout.split(LEAVE)).toHaveLength(2)
    expect(watching.stdout.split(LEAVE)[1]).not.toContain('\u001b')
  })

  test('of another size is drawn in that', async () => {
    const watching = Watching.onTerminal(desk.paths, SIZE)
    await watching.until('the first look', (said) => said.includes('q ends') && said.includes('flux-system/here'))
    const before = watching.stdout.length

    await watching.resize({ columns: 34, rows: 8 })
    await watching.until(
      'another drawing',
      (said) => said.slice(before).includes('\u001b[2J\u001b[1;1H') && said.slice(before).includes('\u001b[8;1H'),
    )
    watching.type('q')
    await watching.ended()

    const drawn = watching.stdout.slice(before + watching.stdout.slice(before).indexOf('\u001b[2J'))
    expect(Math.max(...rows(drawn).map(cells))).toBeLessThanOrEqual(34)
  })

  test('an API server that cannot be reached at first is an error on the terminal as it was', async () => {
    const config = JSON.parse(await desk.kubectl('config', 'view', '--raw', '--minify', '--output=json'))
    const file = join(desk.paths.dir, 'nowhere.kubeconfig')
    config.clusters[0].cluster.server = 'https://127.0.0.1:1'
    await writeFile(file, JSON.stringify(config), { mode: 0o600 })

    const watching = Watching.onTerminal(desk.paths, SIZE, ['--kubeconfig', file])
    const code = await watching.ended()

    expect(code).toBe(1)
    expect(watching.stdout.split(LEAVE)[1]).toContain('✗ ')
  })

  test('with NO_COLOR there are lines', async () => {
    const watching = Watching.onTerminal(desk.paths, SIZE, [], { NO_COLOR: '1' })
    await watching.until('the first look', (said) => said.includes('not ready'))

    watching.type('\u0003')

    expect(await watching.ended()).toBe(130)
    expect(watching.stdout).not.toContain('\u001b[')
  })
})

describe('a watch in a pipe', () => {
  test('tells what becomes different, and goes on through a restart of the API server', async () => {
    const watching = Watching.inPipe(desk.paths, [])
    const json = Watching.inPipe(desk.paths, ['--json'])
    await watching.until('the first look', (said) => said.includes('✗ cause Kustomization flux-system/here'))
    await json.until('the first look', (said) => said.includes('"type":"status"'))

    await desk.failed('flux-system', 'well', 'kustomize build failed: another')
    await watching.until('the new cause', (said) => said.includes('✗ cause Kustomization flux-system/well: '))
    await desk.stopServer()
    await watching.until('the outage', (said) => said.includes('? not answered since '))
    await json.until('the outage', (said) => said.includes('"type":"lost"'))
    await desk.startServer()
    await watching.until('the end of it', (said) => said.includes('✔ answered again, after '))
    await json.until('the end of it', (said) => said.includes('"type":"back"'))
    watching.signal('SIGINT')
    json.signal('SIGTERM')

    expect(await Promise.all([watching.ended(), json.ended()])).toEqual([130, 130])
    for (const line of watching.stdout.trimEnd().split('\n')) expect(line).toMatch(/^\d\d:\d\d:\d\dZ \S/)
    expect(watching.stdout).not.toContain(': gone')
    const events = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events[0]).toMatchObject({ type: 'status', status: { objects: 2 } })
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'change', what: 'cause', object: 'Kustomization flux-system/well', to: 'build-failed' }),
    )
    expect(events.filter(({ type }) => type === 'lost').length).toBeGreaterThan(0)
  })
})
