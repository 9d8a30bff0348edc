// `npm test`: what the tests need, then the tests, then `N passed, N failed` as the very last line.
// Arguments: test projects (unit, sandbox, faults, planner, hazards, styles, recover, bootstrap, forge), then whatever vitest is to be given.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COUNTS_FILE, type Counts } from './test/closing-line.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const PROJECTS = ['unit', 'sandbox', 'faults', 'planner', 'hazards', 'styles', 'recover', 'bootstrap', 'forge']

const split = (args: string[]): { projects: string[]; rest: string[] } => {
  const end = args.findIndex((arg) => !PROJECTS.includes(arg))
  const projects = end === -1 ? args : args.slice(0, end)
  return { projects: projects.length > 0 ? projects : ['unit'], rest: end === -1 ? [] : args.slice(end) }
}

const usesSandbox = (projects: string[]): boolean => projects.some((project) => project !== 'unit')

const buildToolchain = (projects: string[]): boolean => {
  const more = Object.entries({ forge: ['forge'], hazards: ['kubernetes-1.33'], recover: ['ssh'], bootstrap: ['ssh', 'forge'] })
  const tools = ['all', ...more.flatMap(([project, sets]) => (projects.includes(project) ? sets : []))]
  const { status } = spawnSync(process.execPath, ['scripts/toolchain.ts', ...tools], { cwd: root, stdio: 'inherit' })
  return status === 0
}

const readCounts = (file: string): Counts | undefined => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Counts
  } catch {
    return undefined
  }
}

const vitest = (projects: string[], rest: string[], countsFile: string): Promise<number> =>
  new Promise((resolve) => {
    const args = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=./scripts/test/closing-line.ts']
    for (const project of projects) args.push('--project', project)
    // It searches what the tests of runbooks have left behind.
    if (projects.some((project) => ['sandbox', 'faults', 'bootstrap', 'forge'].includes(project))) args.push('--project', 'secrets')
    const child = spawn(process.execPath, [...args, ...rest], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, [COUNTS_FILE]: countsFile },
    })
    process.on('SIGINT', () => undefined)
    process.on('SIGTERM', () => child.kill('SIGTERM'))
    child.on('exit', (code) => resolve(code ?? 1))
  })

const main = async (): Promise<number> => {
  const { projects, rest } = split(process.argv.slice(2))
  if (usesSandbox(projects) && !buildToolchain(projects)) {
    process.stdout.write('✗ the tests did not start: the toolchain is not complete\n0 passed, 1 failed\n')
    return 1
  }
  const folder = mkdtempSync(join(tmpdir(), 'flux-ops-test-'))
  try {
    const code = await vitest(projects, rest, join(folder, 'counts.json'))
    const counts = readCounts(join(folder, 'counts.json')) ?? { passed: 0, failed: 0, skipped: 0 }
    // Whatever vitest stumbled over that is not a test (a crash, no files) is a failure too.
    const failed = code === 0 ? counts.failed : Math.max(1, counts.failed)
    if (counts.skipped > 0) process.stdout.write(`${counts.skipped} skipped\n`)
    process.stdout.write(`${counts.passed} passed, ${failed} failed\n`)
    return failed === 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

process.exitCode = await main()
