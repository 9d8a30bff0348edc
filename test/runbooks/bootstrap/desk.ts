// What the tests of a bootstrap share: an empty cluster, an empty repository on an authenticated server, and the built CLI as a person starts it.
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import {
  down,
  environment,
  type Faults,
  readState,
  restore,
  type SandboxPaths,
  sandboxPaths,
  snapshot,
  standardServices,
  standardTools,
  type Tools,
  up,
  withSandbox,
} from '../../../src/sandbox/index.ts'
import { ensureForgeRepository, forgeCall } from '../../../src/sandbox/services/forge/repository.ts'
import { FORGE_ADMIN } from '../../../src/sandbox/services/forge/service.ts'
import { copyFilledRegistry, fillRegistry } from '../../../src/sandbox/services/registry/fill.ts'
import { publishOperator } from '../../../src/sandbox/services/registry/operator-artifacts.ts'
import { registryHost, startRegistry } from '../../../src/sandbox/services/registry/service.ts'
import { linkData } from '../../../src/sandbox/services/repositories/operator-start.ts'
import { type Cli, type CliOptions, type CliResult, createCli } from '../../cli/flux-ops.ts'
import { Evidence } from '../../helpers/evidence.ts'
import { ROOT } from '../../helpers/shared-root.ts'
import { manifestsDir } from '../../sandbox/scratch.ts'
import { tellSecret } from '../../secrets/known-secrets.ts'
import type { Strike } from '../upgrade/faults/desk.ts'

const EMPTY = 'empty'
const STRUCK = fileURLToPath(new URL('../upgrade/faults/struck-entry.ts', import.meta.url))
export const TOKEN = 'GIT_TOKEN'

type Fields = Record<string, unknown>

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

const keptKey = (paths: SandboxPaths, text: string): Promise<void> => writeFile(join(paths.secrets, 'age.agekey'), text, { mode: 0o600 })

/** Which of the files that run at the same time this one is: vitest numbers them from 1. */
const sandboxName = (forge: boolean): string => `${forge ? 'forge' : 'empty'}-${process.env.VITEST_POOL_ID ?? '1'}`

export class BootstrapDesk {
  readonly name: string
  readonly root: string
  readonly paths: SandboxPaths
  readonly work: string
  readonly cli: Cli
  /** Of the git server, without a repository. */
  server = ''
  password = ''
  /** `127.0.0.1:40022`, of a forge. */
  ssh = ''
  #tools: Tools = {}

  #evidence: Evidence | undefined
  /** The repositories lie on a real forge. */
  readonly forge: boolean

  private constructor(root: string, work: string, cli: Cli, forge: boolean) {
    this.root = root
    this.forge = forge
    this.name = sandboxName(forge)
    this.work = work
    this.cli = cli
    this.paths = sandboxPaths(join(root, this.name))
  }

  /** The first test file that asks brings the sandbox up; the others of its lane find it there. */
  static async open({ forge = false } = {}): Promise<BootstrapDesk> {
    const root = process.env[ROOT] || (await mkdtemp(join(tmpdir(), 'flux-ops-bootstrap-')))
    const desk = new BootstrapDesk(root, await mkdtemp(join(tmpdir(), 'flux-ops-bootstrap-work-')), await createCli(), forge)
    desk.#tools = await standardTools(true, () => {}, forge ? ['forge'] : [])
    if (await isThere(join(desk.paths.snapshots, EMPTY))) await restore(desk.#ref, EMPTY)
    else await desk.#bringUp()
    const ports = (await readState(desk.paths.dir))?.ports
    desk.server = forge ? `http://127.0.0.1:${ports?.forge}/sandbox` : `http://127.0.0.1:${ports?.git}`
    desk.ssh = `127.0.0.1:${ports?.['forge-ssh']}`
    desk.password = (await readFile(join(desk.paths.secrets, 'git-password'), 'utf8')).trim()
    await desk.#newEvidence()
    return desk
  }

  async #bringUp(): Promise<void> {
    await up({ ...this.#ref, flux: 'none', tools: this.#tools, forge: this.forge })
    await this.addRepository('fleet')
    await mkdir(this.paths.repo, { recursive: true })
    // A secret of every sandbox: what is searched for in the end.
    await keptKey(this.paths, await this.run('age-keygen'))
    await snapshot(this.#ref, EMPTY)
  }

  get #ref() {
    return { name: this.name, root: this.root, manifestsDir, services: standardServices }
  }

  /** Lies in the sandbox and stays there: what all runs have left behind is searched for secrets in the end. A short name: sockets of runs lie below it. */
  async #newEvidence(): Promise<void> {
    const folder = join(this.paths.dir, 'evidence')
    await mkdir(folder, { recursive: true })
    this.#evidence = await Evidence.open(join(folder, `b-${randomUUID().slice(0, 8)}`), this.env.PATH ?? '')
  }

  /** XDG_STATE_HOME of the runs since the last reset. */
  get state(): string {
    return this.#evidence?.state ?? ''
  }

  /** An empty cluster and an empty repository again, or what was kept. */
  async reset(label = EMPTY): Promise<void> {
    await this.faults({})
    await restore(this.#ref, label)
    await this.#newEvidence()
  }

  /** Starts the registry with the manifests of Flux in it, until the next reset; gives its host. */
  registry = (): Promise<string> =>
    withSandbox(this.#ref, async (ctx) => {
      await copyFilledRegistry(ctx)
      await startRegistry(ctx)
      await fillRegistry(ctx)
      return registryHost(ctx)
    })

  /** The same with the Flux Operator in it, and what its image has; gives the registry that is laid out as its publisher's. */
  operator = async (): Promise<string> => {
    const host = await this.registry()
    await withSandbox(this.#ref, async (ctx) => {
      await linkData(ctx)
      await publishOperator(ctx)
    })
    return `${host}/controlplaneio-fluxcd`
  }

  keep = (label: string): Promise<void> => snapshot(this.#ref, label)

  async close(): Promise<void> {
    const isShared = this.root === process.env[ROOT]
    await down(this.name, { root: this.root, delete: !isShared, graceMs: 0 })
    await this.cli.remove()
    for (const dir of [this.work, ...(isShared ? [] : [this.root])]) await rm(dir, { recursive: true, force: true })
  }

  tool = (name: string): string => this.#tools[name as keyof Tools] ?? name

  get env(): Record<string, string> {
    return environment({ dir: this.paths.dir })
  }

  async run(tool: string, ...args: string[]): Promise<string> {
    const path = tool === 'git' ? tool : join(this.paths.bin, tool)
    return (await promisify(execFile)(path, args, { env: this.env, maxBuffer: 2 ** 28 })).stdout
  }

  kubectl = (...args: string[]): Promise<string> => this.run('kubectl', ...args)

  faults = (faults: Faults): Promise<void> => writeFile(this.paths.faults, JSON.stringify(faults))

  bare = (name = 'fleet'): string =>
    this.forge ? join(this.paths.forge, 'repositories', 'sandbox', `${name}.git`) : join(this.paths.git, `${name}.git`)

  /** A call of the forge's API, as somebody who may do everything there. */
  api = <T>(method: string, path: string, json?: object): Promise<T> =>
    withSandbox(this.#ref, async (ctx) => {
      const { status, body } = await forgeCall(ctx, FORGE_ADMIN, method, path, json)
      if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`)
      return body as T
    })

  /** Of the forge's administrator. */
  adminToken = (): Promise<string> => readFile(join(this.paths.secrets, 'forge-admin-token'), 'utf8').then((text) => text.trim())

  async addRepository(name: string): Promise<void> {
    if (this.forge) return withSandbox(this.#ref, (ctx) => ensureForgeRepository(ctx, 'sandbox', name))
    await mkdir(this.paths.git, { recursive: true })
    await this.run('git', 'init', '--quiet', '--bare', '--initial-branch=main', this.bare(name))
    await this.run('git', '-C', this.bare(name), 'config', 'http.receivepack', 'true')
  }

  /** By which others reach it: a forge has to hear of every push. */
  address = (name = 'fleet'): string =>
    this.forge ? `${this.server.replace('://', `://sandbox:${this.password}@`)}/${name}.git` : this.bare(name)

  /** Commits files to the repository, as somebody else does. */
  async push(files: Record<string, string>, name = 'fleet'): Promise<void> {
    await this.run('git', '-C', await this.prepare(files, name), 'push', '--quiet', 'origin', 'HEAD:main')
  }

  /** The same, not pushed yet: the clone. */
  async prepare(files: Record<string, string>, name = 'fleet'): Promise<string> {
    const clone = await mkdtemp(join(this.work, 'clone-'))
    const git = (...args: string[]) => this.run('git', '-C', clone, '-c', 'user.name=Other', '-c', 'user.email=other@example.org', ...args)
    await git('clone', '--quiet', this.address(name), '.')
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(clone, path, '..'), { recursive: true })
      await writeFile(join(clone, path), text)
    }
    await git('add', '--all')
    await git('commit', '--quiet', '-m', 'by somebody else')
    return clone
  }

  log = async (name = 'fleet'): Promise<string[]> =>
    (await this.run('git', '-C', this.bare(name), 'log', '--format=%s', 'main').catch(() => '')).split('\n').filter((line) => line !== '')

  show = (path: string, name = 'fleet'): Promise<string> => this.run('git', '-C', this.bare(name), 'show', `main:${path}`)

  /** Writes a cluster file; `change` is laid over the usual one, section by section. */
  async file(change: Record<string, Fields> = {}): Promise<string> {
    const usual: Record<string, Fields> = {
      metadata: { name: 'prod' },
      cluster: { context: (await this.kubectl('config', 'current-context')).trim() },
      flux: { version: '2.9.2', style: 'git' },
      git: {
        url: `${this.server}/fleet.git`,
        allowInsecure: true,
        path: 'clusters/prod',
        auth: { token: { env: TOKEN, username: 'sandbox' } },
      },
    }
    const sections = new Set([...Object.keys(usual), ...Object.keys(change)])
    const laid = (name: string) => (Array.isArray(change[name]) ? change[name] : { ...usual[name], ...change[name] })
    const merged = Object.fromEntries([...sections].map((name) => [name, laid(name)]))
    const path = join(this.work, 'cluster.yaml')
    await writeFile(path, stringify({ apiVersion: 'flux-ops.dev/v1', kind: 'Cluster', ...merged }))
    return path
  }

  bootstrap(file: string, env: Record<string, string> = {}, ...args: string[]): Promise<CliResult> {
    return this.start(['bootstrap', '--file', file, '--yes', ...args], env)
  }

  /** State and home are the test's, tools and cluster the sandbox's. */
  async start(
    args: readonly string[],
    env: Record<string, string> = {},
    options: Pick<CliOptions, 'entry' | 'through'> = {},
  ): Promise<CliResult> {
    const own = { [TOKEN]: this.password, HOME: this.cli.home }
    if (this.#evidence === undefined) throw new Error('the desk is not open')
    const { result } = await this.#evidence.during(args, async (watched) => {
      const said = await this.cli.run(args, { env: { ...this.env, ...own, ...watched, ...env }, ...options })
      return { ...said, text: `${said.stdout}${said.stderr}` }
    })
    await this.tellKeys()
    return { code: result.code, stdout: result.stdout, stderr: result.stderr }
  }

  /** The program from its sources, struck at the start of steps. */
  struck = (
    strikes: readonly Strike[],
    args: readonly string[],
    env: Record<string, string> = {},
    through: readonly string[] = [],
  ): Promise<CliResult> =>
    this.start(
      args,
      {
        TEST_STRIKES: JSON.stringify(strikes),
        TEST_SANDBOX_ROOT: this.root,
        TEST_SANDBOX_NAME: this.name,
        NODE_COMPILE_CACHE: join(this.paths.dir, 'compiled-sources'),
        ...env,
      },
      { entry: STRUCK, through },
    )

  /** Keys that runs have made: from now on secrets that are searched for. */
  async tellKeys(): Promise<void> {
    const listed = await this.kubectl('get', 'secrets', '-A', '-o', 'json').catch(() => '{"items":[]}')
    const { items } = JSON.parse(listed) as { items: { data?: Record<string, string> }[] }
    const texts = items.flatMap(({ data = {} }) => Object.values(data).map((value) => Buffer.from(value, 'base64').toString('latin1')))
    for (const key of texts.flatMap((text) => text.match(/AGE-SECRET-KEY-\S+/g) ?? []))
      await tellSecret(this.paths, 'age key of a run', key)
  }

  /** A secret of the test itself. */
  tell = (name: string, value: string): Promise<void> => tellSecret(this.paths, name, value)

  folder = (): Promise<string> => mkdtemp(join(this.work, 'out-'))

  /** Every object of the cluster that a bootstrap or Flux has made, by kind and name, with its resourceVersion and uid. */
  async versions(...more: string[]): Promise<Record<string, string>> {
    const kinds = [
      'namespaces,secrets,deployments.apps,services,serviceaccounts,networkpolicies,customresourcedefinitions',
      'gitrepositories.source.toolkit.fluxcd.io,kustomizations.kustomize.toolkit.fluxcd.io',
      ...more,
    ].join(',')
    const { items } = JSON.parse(await this.kubectl('get', kinds, '-A', '-o', 'json')) as {
      items: { kind: string; metadata: { name: string; namespace?: string; uid: string; generation?: number; resourceVersion: string } }[]
    }
    return Object.fromEntries(
      items.map(({ kind, metadata }) => [
        `${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
        `${metadata.uid} ${metadata.generation ?? metadata.resourceVersion}`,
      ]),
    )
  }
}
