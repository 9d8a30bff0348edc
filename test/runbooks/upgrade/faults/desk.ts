// What the fault tests have at hand: a shared sandbox, the CLI as a child process, and a picture of the world to compare.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { release } from '../../../../src/flux/catalogue/index.ts'
import {
  controllers,
  environment,
  type Faults,
  type SandboxContext,
  type SandboxPaths,
  standardSandbox,
  withSandbox,
} from '../../../../src/sandbox/index.ts'
import { feed } from '../../../helpers/feed.ts'
import { type Style, sharedSandbox } from '../../../helpers/shared-sandbox.ts'

export const FROM = '2.7.3'
export const TO = '2.9.2'

const ENTRY = fileURLToPath(new URL('./struck-entry.ts', import.meta.url))

/**
 * `no-room`: the journal takes no byte more, from before the step's start on. `small-files`: no file that is written may have more than `bytes` from then on.
 * `other-cluster`: of the whole run.
 */
export interface Strike {
  /** Id of a step. */
  readonly at: string
  readonly do: 'restart-api' | 'push' | 'no-room' | 'shell' | 'small-files' | 'other-cluster'
  readonly command?: string
  readonly bytes?: number
  readonly files?: Readonly<Record<string, string>>
}

export interface Said {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Both, as a person reads them. */
  readonly text: string
}

export interface World {
  readonly remoteHead: string
  readonly head: string
  readonly branch: string
  readonly status: string
  readonly images: readonly string[]
  readonly crds: Readonly<Record<string, string>>
}

export interface FaultDesk {
  readonly paths: SandboxPaths
  fluxOps(args: readonly string[], options?: { env?: Record<string, string>; strikes?: readonly Strike[]; cwd?: string }): Promise<Said>
  /** On a terminal of its own, where `answer` is typed once the question is there. */
  onTerminal(args: readonly string[], question: string, answer: string): Promise<Said>
  /** `upgrade --to … --yes`, with strikes. */
  upgrade(strikes?: readonly Strike[], ...more: string[]): Promise<Said>
  /** stdout; throws with stderr. */
  run(tool: string, ...args: string[]): Promise<string>
  kubectl(...args: string[]): Promise<string>
  apply(manifest: string): Promise<void>
  git(...args: string[]): Promise<string>
  within<T>(work: (ctx: SandboxContext) => Promise<T>): Promise<T>
  faults(faults: Faults): Promise<void>
  world(): Promise<World>
  /** Commits on the remote branch that carry a trailer of flux-ops, newest first. */
  ourCommits(): Promise<string[]>
  /** `kustomize-controller:v1.9.3` of each controller that runs as a process, sorted. */
  binaries(): Promise<string[]>
  journal(run: string): Promise<{ event: { type: string; id?: string } }[]>
  /** XDG_STATE_HOME of its runs. */
  state(): string
  /** Ids of the runs since the last reset, oldest first. */
  runs(): Promise<string[]>
  reset(): Promise<void>
  release(): Promise<void>
}

/** What runs as a process of a release: 2.7.3's notification-controller is simulated. */
export const binariesOf = (version: string): string[] =>
  release(version)
    .controllers.filter(({ component }) => /^(helm|kustomize|notification|source)-controller$/.test(component))
    .map(({ component, tag }) => `${component}:${tag}`)
    .filter((image) => image !== 'notification-controller:v1.7.4')
    .sort()

/** The run named last: where it goes on, or where its record is. */
export const runIn = (text: string): string => text.match(/\d{8}-\d{6}-(?:upgrade|rollback)-[0-9a-f]{4}/g)?.at(-1) ?? 'no run id'

const CRDS = 'jsonpath={range .items[*]}{.metadata.name} {.metadata.generation} {.status.storedVersions}{"\\n"}{end}'
const IMAGES = 'jsonpath={.items[*].spec.template.spec.containers[0].image}'

export async function faultDesk(style: Style): Promise<FaultDesk> {
  const shared = await sharedSandbox(style, FROM)
  const { name, paths, root } = shared
  const ref = standardSandbox(name, root)
  const env = environment({ dir: paths.dir })
  // Kept beside each other, for the search for secrets at the end of the suite.
  const evidence = join(paths.dir, 'evidence')
  const newState = (): string => join(evidence, `state-${randomUUID()}`)
  let state = newState()
  const run = async (tool: string, ...args: string[]): Promise<string> =>
    (await promisify(execFile)(shared.tools[tool] ?? tool, args, { env, maxBuffer: 2 ** 28 })).stdout
  const git = (...args: string[]): Promise<string> => run('git', '-C', paths.repo, ...args)
  const kubectl = (...args: string[]): Promise<string> => run('kubectl', ...args)
  const bare = join(paths.git, 'home-ops.git')

  const programEnv = (strikes: readonly Strike[]): Record<string, string> => ({
    ...env,
    NO_COLOR: '1',
    USER: 'tester',
    NODE_COMPILE_CACHE: join(paths.dir, 'compiled-sources'), // started from the sources many times over
    XDG_STATE_HOME: state,
    TEST_STRIKES: JSON.stringify(strikes),
    TEST_SANDBOX_ROOT: root,
    TEST_SANDBOX_NAME: name,
  })
  const kept = async (said: Said): Promise<Said> => {
    await mkdir(evidence, { recursive: true })
    await writeFile(join(evidence, `${randomUUID()}.log`), said.text)
    return said
  }
  const fluxOps: FaultDesk['fluxOps'] = async (args, options = {}) => {
    const child = spawn(process.execPath, [ENTRY, ...args], {
      cwd: options.cwd ?? paths.repo,
      env: { ...programEnv(options.strikes ?? []), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return kept(await listen(child))
  }
  const onTerminal: FaultDesk['onTerminal'] = async (args, question, answer) => {
    const command = [process.execPath, ENTRY, ...args].map((word) => `'${word}'`).join(' ')
    const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      cwd: paths.repo,
      env: programEnv([]),
      stdio: 'pipe',
    })
    return kept(
      await listen(child, (text) => {
        if (!text.includes(question)) return false
        feed(child.stdin, answer)
        return true
      }),
    )
  }

  return {
    paths,
    fluxOps,
    onTerminal,
    upgrade: (strikes = [], ...more) => fluxOps(['upgrade', '--to', TO, '--yes', '--timeout', '240', ...more], { strikes }),
    run,
    kubectl,
    git,
    apply: async (manifest) => {
      const file = join(paths.tmp, 'fault.yaml')
      await writeFile(file, manifest)
      await kubectl('apply', '--server-side', '--force-conflicts', '--filename', file)
    },
    within: (work) => withSandbox(ref, work),
    faults: (faults) => writeFile(paths.faults, JSON.stringify(faults)),
    world: async () => ({
      remoteHead: (await run('git', '-C', bare, 'rev-parse', 'main')).trim(),
      head: (await git('rev-parse', 'HEAD')).trim(),
      branch: (await git('branch', '--show-current')).trim(),
      status: await git('status', '--porcelain'),
      images: (await kubectl('-n', 'flux-system', 'get', 'deployments', '-o', IMAGES)).trim().split(' ').sort(),
      crds: Object.fromEntries(
        (await kubectl('get', 'crds', '-o', CRDS))
          .trim()
          .split('\n')
          .map((line) => [line.split(' ')[0] ?? '', line]),
      ),
    }),
    ourCommits: async () => lines(await run('git', '-C', bare, 'log', '--format=%H', '--grep=^Flux-Ops-', 'main')),
    binaries: async () =>
      (await controllers({ dir: paths.dir }))
        // The Flux Operator is upgraded apart from Flux.
        .filter((each) => each.alive && !each.image.includes('/flux-operator:'))
        .map((each) => each.image.split('/').at(-1)?.split('@')[0] ?? '')
        .sort(),
    journal: async (id) =>
      lines(await readFile(join(state, 'flux-ops', 'runs', id, 'journal.jsonl'), 'utf8')).map((line) => JSON.parse(line)),
    state: () => state,
    runs: async () => (await readdir(join(state, 'flux-ops', 'runs'))).sort(),
    reset: async () => {
      await shared.reset()
      state = newState()
    },
    release: () => shared.release(),
  }
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')

/** `heard`: called with all that was said so far until it returns true. */
const listen = (child: ChildProcess, heard: (text: string) => unknown = () => true): Promise<Said> =>
  new Promise((resolve, reject) => {
    const said = { stdout: '', stderr: '', text: '' }
    let waits = true
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
        said[name] += chunk
        said.text += chunk
        if (waits && heard(said.text) !== false) waits = false
      })
    }
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ...said }))
  })
