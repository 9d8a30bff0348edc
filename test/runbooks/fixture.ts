// A sandbox with a Flux release (2.7.3 where none is asked for) reconciling its repository, put back to that state before each test.
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { environment, type Faults, type SandboxPaths, type Tools } from '../../src/sandbox/index.ts'
import { type Style, sharedSandbox } from '../helpers/shared-sandbox.ts'

export const FROM = '2.7.3'
export const TO = '2.9.2'

export interface Fixture {
  /** To work on it with withSandbox. */
  readonly ref: { readonly name: string; readonly root: string }
  readonly paths: SandboxPaths
  /** Back to the first state, or to one that was kept. */
  reset(label?: string): Promise<void>
  keep(label: string): Promise<void>
  faults(faults: Faults): Promise<void>
  /** stdout; throws with stderr. */
  run(tool: string, ...args: string[]): Promise<string>
  git(...args: string[]): Promise<string>
  /** Image of each controller's Deployment, sorted. */
  images(): Promise<string[]>
  /** Executables of the controllers' processes of this sandbox, sorted. */
  processes(): Promise<string[]>
  storedVersions(): Promise<Record<string, string[]>>
  remove(): Promise<void>
}

export async function fixture(style: Style, flux = FROM, options: { forge?: boolean } = {}): Promise<Fixture> {
  const shared = await sharedSandbox(style, flux, options)
  const { paths, tools } = shared
  const run = runner(tools, paths)
  return {
    ref: { name: shared.name, root: shared.root },
    paths,
    reset: (label) => shared.reset(label),
    keep: (label) => shared.keep(label),
    faults: (faults) => writeFile(paths.faults, JSON.stringify(faults)),
    run,
    git: (...args) => run('git', '-C', paths.repo, ...args),
    images: async () => {
      const images = (await run('kubectl', '-n', 'flux-system', 'get', 'deployments', '-o', IMAGES)).trim().split(' ')
      // The operator's images carry digests; it is a Deployment of this namespace itself.
      return images
        .filter((image) => !image.includes('/flux-operator:'))
        .map((image) => image.replace(/@.*$/, ''))
        .sort()
    },
    processes: () => processesOf(paths),
    storedVersions: async () => storedOf(await run('kubectl', 'get', 'crds', '-o', 'json')),
    remove: () => shared.release(),
  }
}

const IMAGES = 'jsonpath={.items[*].spec.template.spec.containers[0].image}'

const runner =
  (tools: Tools, paths: SandboxPaths) =>
  async (tool: string, ...args: string[]): Promise<string> => {
    const env = environment({ dir: paths.dir })
    const { stdout } = await promisify(execFile)(tools[tool] ?? tool, args, { env, maxBuffer: 2 ** 28 })
    return stdout
  }

interface CrdList {
  items: { metadata: { name: string }; status: { storedVersions: string[] } }[]
}

const storedOf = (text: string): Record<string, string[]> =>
  Object.fromEntries((JSON.parse(text) as CrdList).items.map((item) => [item.metadata.name, item.status.storedVersions]))

async function processesOf(paths: SandboxPaths): Promise<string[]> {
  const { readdir, readlink } = await import('node:fs/promises')
  const found: string[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environ = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
    const exe = environ.includes(`${paths.dir}/`) ? await readlink(`/proc/${pid}/exe`).catch(() => '') : ''
    const name = exe.split('/').at(-1) ?? ''
    if (name.endsWith('-controller') && !name.startsWith('kube-')) found.push(exe)
  }
  return found.sort()
}
