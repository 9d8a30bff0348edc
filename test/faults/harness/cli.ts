// Starts the watched program on a sandbox, and keeps what it said for the search for secrets.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environment, type SandboxPaths } from '../../../src/sandbox/index.ts'
import type { Fixture } from '../../runbooks/fixture.ts'
import type { Strike } from '../../runbooks/upgrade/faults/desk.ts'
import type { KillPoint, Seen } from './points.ts'

const PROGRAM = fileURLToPath(new URL('./program.ts', import.meta.url))
const STRUCK = fileURLToPath(new URL('../../runbooks/upgrade/faults/struck-entry.ts', import.meta.url))

export interface Spoken {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
  readonly seen: readonly Seen[]
}

/** Where the runs of the sandbox are kept, and what was said and seen: not part of what a reset takes back. */
export const stateHome = (paths: SandboxPaths): string => join(paths.dir, 'state')
export const evidence = (paths: SandboxPaths): string => join(paths.dir, 'evidence')

const parseSeen = (text: string): Seen[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Seen)

/** What a killed program has started may hold its pipes for a while: then they are not waited for. */
const ended = (child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> =>
  new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (...end) => resolve(end))
    child.on('exit', (code, signal) => signal !== null && setImmediate(() => resolve([code, signal])))
  })

/** One start of a program of the tests, which is kept with what it said. */
async function started(
  paths: SandboxPaths,
  program: string,
  args: readonly string[],
  more: Readonly<Record<string, string>>,
): Promise<Omit<Spoken, 'seen'>> {
  const env = {
    ...environment({ dir: paths.dir }),
    XDG_STATE_HOME: stateHome(paths),
    NO_COLOR: '1',
    NODE_COMPILE_CACHE: join(paths.dir, 'compiled-sources'), // started from the sources many times over
    ...more,
  }
  const child = spawn(process.execPath, [program, ...args], { cwd: paths.repo, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => said.push(chunk))
  const [code, signal] = await ended(child)
  const output = said.join('')
  await mkdir(evidence(paths), { recursive: true })
  await writeFile(join(evidence(paths), `${randomUUID()}.log`), output)
  return { code, signal, output }
}

export async function fluxOps(paths: SandboxPaths, args: readonly string[], point?: KillPoint): Promise<Spoken> {
  await mkdir(evidence(paths), { recursive: true })
  const seenFile = join(evidence(paths), `${randomUUID()}.seen.jsonl`)
  const said = await started(paths, PROGRAM, args, {
    FLUX_OPS_SEEN: seenFile,
    ...(point && { FLUX_OPS_KILL: JSON.stringify(point) }),
  })
  return { ...said, seen: parseSeen(await readFile(seenFile, 'utf8').catch(() => '')) }
}

/** Struck by faults when the start of a step is on the disk. */
export const struck = (
  { paths, ref }: Pick<Fixture, 'paths' | 'ref'>,
  args: readonly string[],
  strikes: readonly Strike[] = [],
): Promise<Omit<Spoken, 'seen'>> =>
  started(paths, STRUCK, args, {
    TEST_STRIKES: JSON.stringify(strikes),
    TEST_SANDBOX_ROOT: ref.root,
    TEST_SANDBOX_NAME: ref.name,
  })
