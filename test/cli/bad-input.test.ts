// Whatever is typed or handed over: one clear error, the right exit code, a next step, no stack, and nothing written.
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cli, type CliResult, createCli } from './flux-ops.ts'

let cli: Cli
let kubeconfig: string

const KUBECONFIG = `apiVersion: v1
kind: Config
current-context: nowhere
clusters: [{name: nowhere, cluster: {server: "https://127.0.0.1:9"}}]
users: [{name: me, user: {token: not-a-real-token-at-all}}]
contexts: [{name: nowhere, context: {cluster: nowhere, user: me}}, {name: broken, context: {cluster: gone, user: me}}]
`

const MEGABYTE = 1024 * 1024

beforeAll(async () => {
  cli = await createCli()
  kubeconfig = join(cli.home, 'kubeconfig')
  await writeFile(kubeconfig, KUBECONFIG)
  await writeFile(join(cli.home, 'binary'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff]))
  await writeFile(join(cli.home, 'huge'), Buffer.alloc(17 * MEGABYTE, 0x20))
  await writeFile(join(cli.home, 'not-json'), 'a: [b\n')
  await writeFile(join(cli.home, 'deep.json'), `${'['.repeat(100_000)}${']'.repeat(100_000)}`)
  await writeFile(join(cli.home, 'other.json'), '{"format":"something else"}')
  await writeFile(join(cli.home, 'newer.json'), '{"format":"flux-ops-plan/99"}')
  await writeFile(join(cli.home, 'half.json'), '{"format":"flux-ops-plan/1","plan":{}}')
  await writeFile(join(cli.home, 'cyclic.yaml'), 'a: &a [*a]\ncontexts: *a\n')
  await writeFile(join(cli.home, 'escape\u001b[31m.json'), '{"format":"\u001b[2Jgone"}')
  await mkdir(join(cli.home, 'folder'))
})

afterAll(() => cli.remove())

const run = (args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> =>
  cli.run(args, { env: { KUBECONFIG: kubeconfig, ...env } })

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f]/

function expectOneClearError(result: CliResult, code: number, words: string): void {
  expect(result.stderr).toContain(words)
  expect(result.code).toBe(code)
  expect(result.stderr).toMatch(/^✗ /m)
  expect(result.stderr).toMatch(/^ {2}→ /m)
  expect(result.stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m)
  expect(result.stderr + result.stdout).not.toMatch(CONTROL)
  expect(result.stderr + result.stdout).not.toContain('not-a-real-token')
}

const usage: [name: string, args: string[], words: string][] = [
  ['no target version', ['upgrade'], '--to is missing'],
  ['a flag without its value', ['upgrade', '--to'], '--to'],
  ['a version that is none', ['upgrade', '--to', 'latest'], '"latest" is not a version'],
  ['an empty version', ['upgrade', '--to', ''], '--to has no value'],
  ['a huge version', ['upgrade', '--to', '9'.repeat(100_000)], 'over the limit'],
  ['a control character', ['upgrade', '--to', '2.9\u001b[31m'], 'control character'],
  ['a line break in a reason', ['upgrade', '--to', '2.9.2', '--waive', 'a=b\nc'], 'control character'],
  ['an unknown flag', ['upgrade', '--to', '2.9.2', '--force'], 'no flag --force'],
  ['a word too many', ['upgrade', '--to', '2.9.2', 'now'], 'not expected here: now'],
  ['a timeout that is no number', ['upgrade', '--to', '2.9.2', '--timeout', 'soon'], 'whole number'],
  ['a timeout that is too short', ['upgrade', '--to', '2.9.2', '--timeout', '1'], '10'],
  ['a waiver without a reason', ['upgrade', '--to', '2.9.2', '--waive', 'objects-ready'], 'has no reason'],
  ['a waiver with an empty reason', ['upgrade', '--to', '2.9.2', '--waive', 'objects-ready= '], 'has no reason'],
  ['a waiver of nothing', ['upgrade', '--to', '2.9.2', '--waive', '=why'], 'does not name a check'],
  ['a namespace that is none', ['upgrade', '--to', '2.9.2', '-n', '../x'], 'is not a namespace'],
  ['a recipient that is none', ['upgrade', '--to', '2.9.2', '--backup-recipient', 'bob'], 'not an age or ssh public key'],
  ['an unknown forge', ['upgrade', '--to', '2.9.2', '--pr', '--forge', 'sourceforge'], 'gitea, github, gitlab'],
  [
    'pages of a forge that are no address',
    ['upgrade', '--to', '2.9.2', '--pr', '--forge-url', 'git.example.org'],
    'is not the address of a forge',
  ],
  [
    'a password in the address of a forge',
    ['upgrade', '--to', '2.9.2', '--pr', '--forge-url', 'https://a:b@git.example.org'],
    'is not the address',
  ],
  ['pages of a forge and no pull request', ['upgrade', '--to', '2.9.2', '--forge-url', 'https://git.example.org'], '--pr'],
  ['an unknown command', ['upgrad'], 'did you mean: flux-ops upgrade'],
  ['an unknown subcommand', ['runs', 'lst'], 'did you mean: flux-ops runs list'],
  ['an unknown flag before any command', ['--frobnicate'], 'unknown flag'],
  ['help for an unknown command', ['help', 'frobnicate'], 'there is no command'],
  ['no run to roll back', ['rollback'], 'there is no upgrade on this machine'],
  ['a run that is a path', ['rollback', '../../../etc/passwd'], 'is not the id of a run'],
  ['a run that does not exist', ['runs', 'show', '20260101-000000-upgrade-0000'], 'there is no run'],
  ['no runs at all', ['runs', 'show'], 'no runs'],
  ['nothing to resume', ['runs', 'resume'], 'no unfinished run'],
  ['nothing to abandon', ['runs', 'abandon', '--yes'], 'no unfinished run'],
  ['a limit below one', ['runs', 'list', '--limit', '0'], '1'],
  ['no plan file', ['upgrade', 'apply'], 'missing: plan'],
  ['a plan file that is missing', ['upgrade', 'apply', 'nope.json'], 'does not exist'],
  ['a plan file that is a folder', ['upgrade', 'apply', 'folder'], 'is a folder'],
  ['a plan file that is a device', ['upgrade', 'apply', '/dev/zero'], 'not a regular file'],
  ['a binary plan file', ['upgrade', 'apply', 'binary'], 'not text'],
  ['a huge plan file', ['upgrade', 'apply', 'huge'], 'over the limit'],
  ['a plan file that is not JSON', ['upgrade', 'apply', 'not-json'], 'not JSON'],
  ['a plan file that is nested without end', ['upgrade', 'apply', 'deep.json'], 'not a plan file'],
  ['a plan file of something else', ['upgrade', 'apply', 'other.json'], 'not a plan file'],
  ['half a plan file', ['upgrade', 'apply', 'half.json'], 'not a plan file'],
  ['a plan file full of escapes', ['upgrade', 'apply', 'escape\u001b[31m.json'], 'not a plan file'],
  ['a plan to keep where a folder is missing', ['upgrade', 'plan', '--to', '2.9.2', '--out', 'no/plan.json'], 'does not exist'],
  ['a plan to keep over another file', ['upgrade', 'plan', '--to', '2.9.2', '--out', 'other.json'], 'exists already'],
  ['an unknown context', ['status', '--context', 'prod'], 'known contexts: broken, nowhere'],
  ['a context without its cluster', ['status', '--context', 'broken'], 'names cluster "gone"'],
  ['a missing kubeconfig', ['status', '--kubeconfig', 'nope'], 'it does not exist'],
  ['a kubeconfig that is a folder', ['status', '--kubeconfig', 'folder'], 'it is a folder'],
  ['a binary kubeconfig', ['status', '--kubeconfig', 'binary'], 'cannot be used'],
  ['a huge kubeconfig', ['status', '--kubeconfig', 'huge'], 'cannot be used'],
  ['a kubeconfig that is not YAML', ['status', '--kubeconfig', 'not-json'], 'cannot be used'],
  ['a kubeconfig with a cycle', ['status', '--kubeconfig', 'cyclic.yaml'], 'cannot be used'],
]

test.each(usage)('%s is one clear usage error', async (_name, args, words) => {
  const result = await run(args)

  expectOneClearError(result, 2, words)
})

test('a secret key given as a recipient is refused without being repeated', async () => {
  const result = await run(['upgrade', '--to', '2.9.2', '--backup-recipient', `AGE-SECRET-KEY-1${'Q'.repeat(58)}`])

  expectOneClearError(result, 2, 'secret key')
  expect(result.stderr).not.toContain('QQQQ')
})

test('a plan of a newer format is refused', async () => {
  expectOneClearError(await run(['upgrade', 'apply', 'newer.json']), 6, 'flux-ops-plan/99')
})

test('a cluster that cannot be reached is an error, never an empty status', async () => {
  const result = await run(['status'])

  expectOneClearError(result, 1, 'cannot reach https://127.0.0.1:9')
  expect(result.stdout).toBe('')
})

test('a kubeconfig that nobody may read says so', async () => {
  const file = join(cli.home, 'locked')
  await writeFile(file, KUBECONFIG)
  await chmod(file, 0)

  const result = await run(['status', '--kubeconfig', file])

  // root reads everything: then the cluster behind it is what is missing
  if (process.getuid?.() === 0) expectOneClearError(result, 1, 'cannot reach')
  else expectOneClearError(result, 2, 'cannot be used')
})

test('with --json the error is a document on stdout as well', async () => {
  const result = await run(['status', '--context', 'prod', '--json'])

  expect(JSON.parse(result.stdout)).toMatchObject({ error: { code: 'context-unknown' }, exitCode: 2 })
  expect(result.code).toBe(2)
})

test('the environment gives defaults, and a flag wins over it', async () => {
  const env = { FLUX_OPS_CONTEXT: 'from-env' }

  expect((await run(['status'], env)).stderr).toContain('"from-env"')
  expect((await run(['status', '--context', 'from-flag'], env)).stderr).toContain('"from-flag"')
})

test('nothing was written by any of this', async () => {
  await expect(readdir(join(cli.home, 'state'))).rejects.toThrow('ENOENT')
})
