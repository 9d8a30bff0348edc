// `init` of the built program on a real terminal, as a person types it; and where there is none.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readClusterFile } from '../../src/cluster-file/read.ts'
import { type Answer, onTerminal, type Typed } from '../helpers/on-terminal.ts'
import { type Cli, createCli } from './flux-ops.ts'

const UID = '7b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d'
const KEY = 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU'
const [ENTER, DOWN, CTRL_C, CTRL_D] = ['\r', '\u001b[B', '\u0003', '\u0004']

/** As much of an API server as tells which cluster it is; all else is not there. */
const answers: Readonly<Record<string, unknown>> = {
  '/version': { gitVersion: 'v1.34.4' },
  '/api/v1/namespaces/kube-system': { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid: UID } },
  '/apis/apps/v1/deployments': { apiVersion: 'apps/v1', kind: 'DeploymentList', metadata: {}, items: [] },
  '/apis/apps/v1/namespaces/flux-system/deployments': { apiVersion: 'apps/v1', kind: 'DeploymentList', metadata: {}, items: [] },
}

let server: Server
let cli: Cli
let work: string

beforeAll(async () => {
  cli = await createCli()
  server = createServer((request, response) => {
    const found = answers[request.url?.split('?')[0] ?? '']
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(found ?? { kind: 'Status', apiVersion: 'v1', code: 404, reason: 'NotFound', message: 'not found' }))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await cli.remove()
})

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'flux-ops-init-'))
  const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: work })
  await git('init', '--quiet', '--initial-branch=main')
  // A port that nobody listens on: its host keys are given, as they were published.
  await git('remote', 'add', 'origin', 'ssh://git@127.0.0.1:1/acme/fleet.git')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const context = (name: string) => ({ name, context: { cluster: 'one', user: 'me' } })
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'admin@stage',
    clusters: [{ name: 'one', cluster: { server: url } }],
    users: [{ name: 'me', user: { token: 'none' } }],
    contexts: [context('admin@stage'), context('admin@prod-eu')],
  }
  await writeFile(join(work, 'kubeconfig'), JSON.stringify(config))
})
afterEach(() => rm(work, { recursive: true, force: true }))

const init = (typed: readonly Answer[], ...args: string[]): Promise<Typed> => {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: cli.home,
    KUBECONFIG: join(work, 'kubeconfig'),
    XDG_STATE_HOME: join(cli.home, 'state'),
    TERM: 'xterm',
  }
  return onTerminal(['init', ...args], typed, { cwd: work, env })
}

/** Up to the file, with what nobody else can know. */
const TO_THE_END: readonly Answer[] = [
  ['Which cluster?', `${DOWN}${ENTER}`],
  ['Is this the cluster?', ENTER],
  ['What is the cluster called?', ENTER],
  ['Which release of Flux?', ENTER],
  ['How is Flux to be', ENTER],
  ['Where is the repository?', ENTER],
  ['Which branch?', ENTER],
  ['Which folder', ENTER],
  ['With which key does Flux read', ENTER],
  ['Which host keys may', `${KEY}${ENTER}`],
  ['With which key does Flux decrypt?', ENTER],
  ['Who can open the backup', `${DOWN}${ENTER}`],
  ['How many shares', ENTER],
  ['In which folder is the backup', `/media/usb${ENTER}`],
  ['Which folders', ENTER],
  ['Add a small app', ENTER],
  ['Add a workflow', ENTER],
  ['How do the files', ENTER],
]

const files = async (): Promise<string[]> => (await readdir(work)).filter((name) => !['.git', 'kubeconfig'].includes(name))

describe('on a terminal', () => {
  test('the questions are answered, the file is shown and, on a yes, written for everybody to read; then what comes next', async () => {
    const { code, text } = await init([...TO_THE_END, ['is to say?', ENTER]])

    expect(code).toBe(0)
    const written = await readFile(join(work, 'cluster.yaml'), 'utf8')
    expect(readClusterFile(written, 'x')).toMatchObject({
      metadata: { name: 'prod-eu' },
      cluster: { context: 'admin@prod-eu', uid: UID },
      git: { url: 'ssh://git@127.0.0.1:1/acme/fleet.git', auth: { ssh: { hostKeys: [KEY] } } },
      sops: { backup: { shares: { of: 5, needed: 3 }, out: '/media/usb' } },
    })
    expect((await stat(join(work, 'cluster.yaml'))).mode & 0o777).toBe(0o644)
    expect(text).toContain('Kubernetes  v1.34.4')
    expect(text).toContain('flux-ops bootstrap -f cluster.yaml --dry-run')
    expect((await cli.run(['schema', 'check', join(work, 'cluster.yaml')])).code).toBe(0)
  })

  test('? says more, what is refused is said and asked again, < goes back', async () => {
    const { code, text } = await init([
      ['Which cluster?', '?'],
      ['may be typed', ENTER],
      ['Is this the cluster?', '<'],
      ['Which cluster?', `${DOWN}${ENTER}`],
      ['Is this the cluster?', ENTER],
      ['What is the cluster called?', `Prod EU${ENTER}`],
      ['is no name of Kubernetes', CTRL_C],
    ])

    expect(code).toBe(130)
    expect(text).toContain('✔ context     admin@prod-eu')
    expect(await files()).toEqual([])
  })

  test.each([
    ['Ctrl-C at a list', [['Which cluster?', CTRL_C]]],
    ['Ctrl-D in a text', [...TO_THE_END.slice(0, 2), ['What is the cluster called?', CTRL_D]]],
    ['Ctrl-C while a server is asked', [...TO_THE_END.slice(0, 9), ['asking 127.0.0.1', CTRL_C]]],
    ['Ctrl-C at the last question', [...TO_THE_END, ['is to say?', CTRL_C]]],
  ] as [string, readonly Answer[]][])('%s leaves nothing behind', async (_name, typed) => {
    const { code, text } = await init(typed)

    expect(code).toBe(130)
    expect(text).toContain('nothing was changed')
    expect(await files()).toEqual([])
  })

  test('a file that is there is told before the questions, and stays when one leaves', async () => {
    await writeFile(join(work, 'cluster.yaml'), 'mine\n')

    const { code, text } = await init([...TO_THE_END, ['is to say?', `${DOWN}${DOWN}${DOWN}${ENTER}`]])

    expect(code).toBe(0)
    expect(text.indexOf('cluster.yaml is there already')).toBeLessThan(text.indexOf('Which cluster?'))
    expect(text).toContain('Nothing was written.')
    expect(await readFile(join(work, 'cluster.yaml'), 'utf8')).toBe('mine\n')
  })

  test('--plain asks line by line, with numbers', async () => {
    const { code, text } = await init(
      [
        ['? more, < back [1] ', '2\r'],
        ['Is this the cluster?', ENTER],
        ['What is the cluster called?', CTRL_C],
      ],
      '--plain',
    )

    expect(code).toBe(130)
    expect(text).toContain('  2 admin@prod-eu')
    expect(await files()).toEqual([])
  })
})

describe('without a terminal', () => {
  test.each([[[]], [['--json']], [['--plain']]])('init %j is a usage error that says how to write the file by hand', async (args) => {
    const { code, stderr } = await cli.run(['init', ...args])

    expect(code).toBe(2)
    expect(stderr).toContain('✗ nobody can be asked here')
    expect(stderr).toContain('flux-ops schema cluster')
    expect(stderr).toContain('examples/git-ssh.yaml')
  })
})
