// `schema check` and `schema cluster` of the built program: what a script gets of them.
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Cli, createCli } from './flux-ops.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const examples = await readdir(join(root, 'examples'))

let cli: Cli
let good: string

beforeAll(async () => {
  cli = await createCli()
  good = await readFile(join(root, 'examples/git-ssh.yaml'), 'utf8')
  await writeFile(join(cli.home, 'good.yaml'), good)
  await writeFile(join(cli.home, 'bad.yaml'), good.replace('2.9.4', '2.9').replace('style: git', 'style: gihub'))
  await writeFile(join(cli.home, 'one.yaml'), good.replace('2.9.4', '2.9'))
  await writeFile(join(cli.home, 'secret.yaml'), good.replace('id_ed25519', 'x\n      passphrase: ghp_0123456789abcdefghij'))
  await writeFile(join(cli.home, 'latin1.yaml'), Buffer.from('a: \xe9\n', 'latin1'))
  await mkdir(join(cli.home, 'folder'))
})
afterAll(() => cli.remove())

describe('schema check', () => {
  test.each(examples)('examples/%s is told in a few lines, and is exit 0', async (name) => {
    const { code, stdout, stderr } = await cli.run(['schema', 'check', join(root, 'examples', name)])

    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^✔ .*: cluster [a-z-]+\ncluster {2}context .*\nflux {5}2\.\d\.\d /)
    expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(14)
  })

  test('a file with one problem: its place, what is wrong, what to write; exit 2', async () => {
    const { code, stdout, stderr } = await cli.run(['schema', 'check', 'one.yaml'])

    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toBe(
      '✗ one.yaml:13:12: flux.version is a number, and has to be a text\n  → version: "2.9.4"\n  → every field:  flux-ops schema cluster\n',
    )
  })

  test('a file with two problems: both, each with its hint', async () => {
    const { code, stderr } = await cli.run(['schema', 'check', 'bad.yaml'])

    expect(code).toBe(2)
    expect(
      stderr
        .split('\n')
        .slice(0, 4)
        .map((line) => line.slice(0, 40)),
    ).toEqual([
      '✗ bad.yaml:13:12: flux.version is a numb',
      '  → version: "2.9.4"',
      '  bad.yaml:14:10: flux.style is none of ',
      '  → did you mean  github  (one of git, g',
    ])
  })

  test('--json: what is wrong as data, and the same exit', async () => {
    const { code, stdout } = await cli.run(['schema', 'check', 'one.yaml', '--json'])

    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toEqual({
      file: 'one.yaml',
      valid: false,
      cluster: null,
      problems: [{ line: 13, column: 12, what: 'flux.version is a number, and has to be a text', hint: 'version: "2.9.4"' }],
    })
  })

  test('--json of a good one: every default is filled in', async () => {
    const { code, stdout } = await cli.run(['schema', 'check', 'good.yaml', '--json'])

    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      valid: true,
      problems: [],
      cluster: { flux: { namespace: 'flux-system' }, wait: { timeout: '10m' } },
    })
  })

  test('- reads standard input', async () => {
    expect((await cli.run(['schema', 'check', '-'], { stdin: good })).stdout).toContain('✔ stdin: cluster prod-eu')
    expect((await cli.run(['schema', 'check', '-'], { stdin: '' })).stderr).toContain('✗ stdin:1:1: is empty')
  })

  test('a secret is told by its place, and is in no output', async () => {
    for (const more of [[], ['--json']]) {
      const { code, stdout, stderr } = await cli.run(['schema', 'check', 'secret.yaml', ...more])

      expect(code).toBe(2)
      expect(stdout + stderr).toContain('a token stands here')
      expect(stdout + stderr).not.toContain('ghp_')
    }
  })

  test.each([
    ['a file that is not there', ['nothing.yaml'], 'nothing.yaml'],
    ['a folder', ['folder'], 'folder'],
    ['a file that is no UTF-8', ['latin1.yaml'], 'latin1.yaml:1:4: is not UTF-8 from here on'],
    ['no file', [], 'missing'],
  ])('%s is one clear error, exit 2', async (_name, args, words) => {
    const { code, stderr } = await cli.run(['schema', 'check', ...args])

    expect(code).toBe(2)
    expect(stderr).toMatch(/^✗ /)
    expect(stderr).toContain(words)
    expect(stderr).toContain('→ ')
  })
})

describe('schema cluster', () => {
  test('prints what is published', async () => {
    const { code, stdout } = await cli.run(['schema', 'cluster'])

    expect(code).toBe(0)
    expect(stdout).toBe(await readFile(join(root, 'schema/cluster-v1.json'), 'utf8'))
  })

  test('--out writes it whole over an older one, for everybody to read, and prints nothing', async () => {
    const file = join(cli.home, 'out.json')
    await writeFile(file, 'old')

    const { code, stdout } = await cli.run(['schema', 'cluster', '--out', 'out.json'])

    expect([code, stdout]).toEqual([0, ''])
    expect(JSON.parse(await readFile(file, 'utf8')).$id).toBe('https://flux-ops.dev/schema/cluster-v1.json')
    expect((await stat(file)).mode & 0o777).toBe(0o644)
    expect((await readdir(cli.home)).filter((name) => name.includes('.tmp'))).toEqual([])
  })

  test('--out into a folder that is not there is one clear error', async () => {
    const { code, stderr } = await cli.run(['schema', 'cluster', '--out', 'no/where.json'])

    expect(code).not.toBe(0)
    expect(code).not.toBe(70)
    expect(stderr).toMatch(/^✗ /)
  })
})
