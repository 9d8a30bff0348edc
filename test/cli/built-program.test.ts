// The built program as a person starts it. `npm test` builds it first.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import pjson from '../../package.json' with { type: 'json' }

const root = fileURLToPath(new URL('../..', import.meta.url))

const ask = async (args: string[], env: NodeJS.ProcessEnv = {}, program = 'bin/flux-ops.js'): Promise<string> => {
  const { stdout } = await promisify(execFile)(`${root}${program}`, args, {
    env: { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, HOME: process.env.HOME, ...env },
  })
  return stdout
}

const manifest = JSON.parse(await readFile(`${root}oclif.manifest.json`, 'utf8')) as { commands: Record<string, unknown> }
const commands = Object.keys(manifest.commands).map((id) => id.split(':'))

describe('help that is kept as text', () => {
  test.each([[], ...commands].map((words) => ({ words })))('of flux-ops $words is what oclif prints', async ({ words }) => {
    const kept = await ask([...words, '--help'])

    const real = await ask([...words, '--help'], { OCLIF_COLUMNS: '80' })

    expect(kept).toBe(real)
    expect(kept).toContain('EXIT CODES')
  })

  test('is the same by every way of asking', async () => {
    const help = await ask(['upgrade', '--help'])

    expect(await ask(['help', 'upgrade'])).toBe(help)
    expect(await ask(['upgrade', '-h'])).toBe(help)
  })
})

test.each([['--version'], ['-v'], ['version']])('%s prints the version of package.json', async (word) => {
  expect(await ask([word])).toMatch(new RegExp(`^flux-ops/${pjson.version} `))
})

test('a reader that goes away early is no error', async () => {
  const shell = `"${process.execPath}" "${root}bin/flux-ops.js" --help | head -n 1`

  const { stderr } = await promisify(execFile)('sh', ['-c', shell])

  expect(stderr).toBe('')
})

describe('the launcher', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flux-ops-launcher-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const launch = (program: string, args: string[]) => promisify(execFile)(program, args, { env: { PATH: folder } })

  test('gives Node its option, and every argument as it was, through a link in a folder with a space too', async () => {
    await writeFile(join(folder, 'node'), `#!/bin/sh\nprintf '%s\\n' "$@"\n`, { mode: 0o755 })
    await mkdir(join(folder, 'a folder'))
    const link = join(folder, 'a folder', 'kubectl-flux_ops')
    await symlink(`${root}bin/flux-ops.js`, link)

    const { stdout } = await launch(link, ['age', 'drill', '', '*', 'two words', `'"$HOME`])

    expect(stdout).toBe(
      [
        '--max-semi-space-size=8',
        '--min-semi-space-size=8',
        '--v8-pool-size=0',
        link,
        'age',
        'drill',
        '',
        '*',
        'two words',
        `'"$HOME`,
        '',
      ].join('\n'),
    )
  })

  test('says what to install where there is no Node', async () => {
    await expect(launch(`${root}bin/flux-ops.js`, ['--version'])).rejects.toMatchObject({
      code: 2,
      stderr: '✗ flux-ops needs Node 22.13 or newer on the PATH: https://nodejs.org\n',
    })
  })
})

describe('completion', () => {
  test('offers every command and topic of the first level', async () => {
    const offered = (await ask(['__complete', ''])).split('\n').map((line) => line.split('\t')[0])

    expect(offered).toEqual([...new Set(commands.map(([first]) => first))].sort().concat(':4', ''))
  })

  test('is the same for kubectl, which starts a program of its own for it', async () => {
    expect(await ask(['upgrade', '--'], {}, 'bin/kubectl-complete.js')).toBe(await ask(['__complete', 'upgrade', '--']))
  })
})
