// Makes a fresh clone ready, then runs a program on the project's own Node: `node scripts/setup.mjs [--then program.ts args…]`.
// Plain JavaScript without a dependency, for any Node from 16 on: it runs before anything is installed. The second time it does nothing.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const at = (...parts) => join(root, ...parts)
const projectNode = at('node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
const say = (line) => process.stderr.write(`${line}\n`)

const read = (file) => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

const stop = (sentence, ...hints) => {
  say(`✗ ${sentence}`)
  for (const hint of hints) say(`  → ${hint}`)
  process.exit(1)
}

const timed = (what, work) => {
  const began = Date.now()
  say(`► ${what}`)
  work()
  say(`✔ ${what} (${((Date.now() - began) / 1000).toFixed(1)} s)`)
}

const run = (command, args) => {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', process.stderr, process.stderr] })
  if (result.error) stop(`${command} could not be started: ${result.error.message}`, 'npm comes with Node: https://nodejs.org')
  return result.status === 0
}

// --- node_modules as package-lock.json has it ---------------------------------------------------------------------------------------

const lockSum = () =>
  createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .digest('hex')
const installStamp = at('node_modules', '.flux-ops-installed')

/** After an `npm ci` by hand there is no stamp, but npm's own record of what it installed. */
const installedByHand = () => {
  const record = read(at('node_modules', '.package-lock.json'))
  if (record === undefined) return false
  const installed = JSON.parse(record).packages
  const wanted = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')).packages
  return Object.keys(wanted).every((path) => {
    if (path === '') return true
    const have = installed[path]
    return have === undefined
      ? wanted[path].optional === true
      : have.version === wanted[path].version && have.integrity === wanted[path].integrity
  })
}

const nodeWorks = () => {
  if (!existsSync(projectNode)) return false
  return spawnSync(projectNode, ['--version'], { stdio: 'ignore' }).status === 0
}

/** npm as this script's own npm, where it was started by one. */
const npm = (...args) => {
  const cli = process.env.npm_execpath
  const byNpm = cli !== undefined && /npm-cli\.[cm]?js$/.test(cli)
  return byNpm ? run(process.execPath, [cli, ...args]) : run('npm', args)
}

const install = () => {
  const isCurrent = read(installStamp) === lockSum() || installedByHand()
  if (!isCurrent) {
    timed('npm ci', () => {
      if (!npm('ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'))
        stop('npm ci failed', 'look at the lines above; the network and the npm registry are needed once')
    })
  }
  if (!nodeWorks()) {
    // Where npm is told not to run install scripts, Node and esbuild have not put their programs in place.
    timed('npm rebuild node esbuild', () => npm('rebuild', 'node', 'esbuild', '--ignore-scripts=false', '--loglevel=error'))
    if (!nodeWorks())
      stop('the Node of this project did not install', 'rm -rf node_modules, then try again', 'npm config get ignore-scripts must be false')
  }
  if (read(installStamp) !== lockSum()) writeFileSync(installStamp, lockSum())
  return !isCurrent
}

// --- dist as the sources have it ----------------------------------------------------------------------------------------------------

const SOURCES = ['bin', 'commands', 'runbooks', 'src', 'scripts/build', 'scripts/build.ts', 'package.json', 'package-lock.json']
const buildStamp = at('dist', '.built-from')

const filesBelow = (path) => {
  const listed = readdirSync(at(path), { withFileTypes: true })
  return listed.flatMap((entry) => (entry.isDirectory() ? filesBelow(join(path, entry.name)) : [join(path, entry.name)]))
}

const sourceSum = () => {
  const hash = createHash('sha256')
  for (const source of SOURCES) {
    if (!existsSync(at(source))) continue
    const isFile = /\.[a-z]+$/.test(source)
    for (const file of isFile ? [source] : filesBelow(source).sort())
      hash
        .update(`${file}\0`)
        .update(readFileSync(at(file)))
        .update('\0')
  }
  return hash.digest('hex')
}

const build = () => {
  const sum = sourceSum()
  if (read(buildStamp) === sum) return false
  timed('building dist', () => {
    if (!run(projectNode, [at('scripts', 'build.ts')])) stop('the build failed', 'npm run lint says where')
  })
  mkdirSync(at('dist'), { recursive: true })
  writeFileSync(`${buildStamp}.new`, sum)
  renameSync(`${buildStamp}.new`, buildStamp)
  return true
}

// --- the program ---------------------------------------------------------------------------------------------------------------------

/** The terminal sends Ctrl-C to the program as well: this process only waits for what it makes of it. */
const runProgram = (program, args) => {
  // The program and what it starts find the project's Node first.
  const path = [dirname(projectNode), at('node_modules', '.bin'), process.env.PATH].join(process.platform === 'win32' ? ';' : ':')
  const child = spawn(projectNode, [at(program), ...args], { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path } })
  process.on('SIGINT', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => stop(`${program} could not be started: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
}

const missing = ['git', 'go'].filter((tool) => spawnSync(tool, [tool === 'go' ? 'version' : '--version'], { stdio: 'ignore' }).error)
const [then, program, ...args] = process.argv.slice(2)
if (then !== undefined && (then !== '--then' || program === undefined)) stop('usage: node scripts/setup.mjs [--then program.ts args...]')
for (const tool of missing) say(`⚠ ${tool} is not installed: the sandbox needs it`)
const didInstall = install()
const didBuild = build()
if (!didInstall && !didBuild) say('✔ set-up: nothing to do')
if (program !== undefined) runProgram(program, args)
