// The real builder on the smallest real tool, in a store of its own. Go's own caches are the machine's.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ensureTools, fluxManifestsDir, fluxManifestVersions, type ToolProgress } from '../../src/sandbox/toolchain/index.ts'

const run = promisify(execFile)
const source = fileURLToPath(new URL('../../src/sandbox/toolchain', import.meta.url))

let root: string
let seen: ToolProgress[]
const progress = (event: ToolProgress) => seen.push(event)
const built = () => seen.filter((event) => event.type === 'built').map((event) => event.tool)

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'toolchain-'))
  seen = []
})
afterEach(() => rm(root, { recursive: true, force: true }))

/** Another process that builds the same tool into the same store. */
const otherBuilder = (): ChildProcess => {
  const code = `import { ensureTools } from ${JSON.stringify(join(source, 'index.ts'))}
    const { age } = await ensureTools(['age'], (p) => console.log(p.type), { root: ${JSON.stringify(root)} })
    console.log(age)`
  return spawn(process.execPath, ['--input-type=module-typescript', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
}

const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 60_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`gave up waiting: ${what}`)
    await sleep(10)
  }
}

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

describe('the toolchain', () => {
  test('builds a tool that runs and tells its version', async () => {
    const { age } = await ensureTools(['age'], progress, { root })

    const { stdout } = await run(age, ['--version'])

    expect(stdout.trim()).toBe('v1.3.2')
    expect(built()).toEqual(['age'])
  })

  test('builds nothing the second time, and leaves neither lock nor work folder', async () => {
    const { age } = await ensureTools(['age'], progress, { root })
    seen = []

    const again = await ensureTools(['age'], progress, { root })

    expect(again.age).toBe(age)
    expect(seen).toEqual([])
    expect(await isThere(join(root, 'lock'))).toBe(false)
    expect((await readdir(dirname(age))).sort()).toEqual(['age', 'age.json', 'age.seen'])
  })

  test('notices a binary that is not the one it built, says so and builds it again', async () => {
    const { age } = await ensureTools(['age'], progress, { root })
    const good = await readFile(age)
    await writeFile(age, '#!/bin/sh\necho v1.3.2\n')
    seen = []

    await ensureTools(['age'], progress, { root })

    expect(seen[0]).toEqual({ type: 'damaged', tool: 'age' })
    expect((await readFile(age)).equals(good)).toBe(true)
  })

  test('leaves the pinned folder as it is', async () => {
    const before = await readdir(join(source, 'age-1.3.2'))

    await ensureTools(['age'], progress, { root })

    expect(await readdir(join(source, 'age-1.3.2'))).toEqual(before)
  })

  test('two processes build a tool once between them', async () => {
    const other = otherBuilder()
    let said = ''
    other.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })

    const { age } = await ensureTools(['age'], progress, { root })
    const code = await new Promise((done) => other.on('exit', done))

    expect(code).toBe(0)
    expect(said).toContain(age)
    expect(built().length + (said.match(/^built$/gm)?.length ?? 0)).toBe(1)
  })

  test('a builder that was killed in the middle leaves nothing that the next one trusts or stumbles over', async () => {
    const other = otherBuilder()
    const gone = new Promise((done) => other.on('exit', done))
    const working = async () => (await readdir(root, { recursive: true })).some((name) => name.includes('work-') && name.endsWith('go.sum'))
    await until('the other builder is at work', working)
    other.kill('SIGKILL')
    await gone

    const { age } = await ensureTools(['age'], progress, { root })

    expect(built()).toEqual(['age'])
    expect((await readdir(dirname(age))).sort()).toEqual(['age', 'age.json'])
    expect(await isThere(join(root, 'lock'))).toBe(false)
  })

  test('a build that is aborted ends and gives the lock back', async () => {
    const abort = new AbortController()
    const stopAtOnce = (event: ToolProgress) => {
      if (event.type === 'building') abort.abort(new Error('enough'))
    }

    await expect(ensureTools(['age'], stopAtOnce, { root, signal: abort.signal })).rejects.toThrow()

    expect(await isThere(join(root, 'lock'))).toBe(false)
  })

  test('a missing go is said in one sentence with what to install', async () => {
    const path = process.env.PATH
    process.env.PATH = root
    try {
      await expect(ensureTools(['age'], progress, { root })).rejects.toMatchObject({
        code: 'go-missing',
        hints: [expect.stringContaining('https://go.dev/doc/install')],
      })
    } finally {
      process.env.PATH = path
    }
  })

  test('takes a binary of the very version from PATH where the user asks, and no other', async () => {
    const bin = join(root, 'bin')
    await run('mkdir', [bin])
    await writeFile(join(bin, 'age'), '#!/bin/sh\necho v1.3.2\n', { mode: 0o755 })
    await writeFile(join(bin, 'age-keygen'), '#!/bin/sh\necho v1.3.1\n', { mode: 0o755 })
    const path = process.env.PATH
    process.env.PATH = `${bin}:${path}`
    try {
      const tools = await ensureTools(['age', 'age-keygen'], progress, { root, usePath: true })

      expect(tools.age).toBe(join(bin, 'age'))
      expect(built()).toEqual(['age-keygen'])
    } finally {
      process.env.PATH = path
    }
  })
})

describe('the install manifests', () => {
  test('of a release are a folder with its components', async () => {
    const files = await readdir(await fluxManifestsDir('2.9.2'))

    expect(files).toContain('source-controller.yaml')
    expect(files).toContain('kustomize-controller.yaml')
  })

  test('are there from the oldest to the newest release, in order', async () => {
    const versions = await fluxManifestVersions()

    expect(versions[0]).toBe('v2.2.3')
    expect(versions.at(-1)).toBe('v2.9.4')
  })

  test.each(['2.9.99', '../2.9.2', '', 'latest'])('of "%s" are refused with the releases that are known', async (version) => {
    await expect(fluxManifestsDir(version)).rejects.toMatchObject({
      code: 'flux-release-unknown',
      exit: 'usage',
      hints: [expect.stringContaining('v2.9.2')],
    })
  })
})
