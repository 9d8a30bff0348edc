// `audit keys` as a person types it, in a repository that the real sops and git have made.
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditReport } from '../../src/cli/keys/run-audit.ts'
import type { Identity } from '../../src/sops/keys/identities.ts'
import { type RealSops, realSops } from '../sandbox/sops/real-sops.ts'
import { type Cli, createCli } from './flux-ops.ts'

let cli: Cli
let sops: RealSops
let oncall: Identity
let other: Identity
let repo: string
let keyFile: string

const git = (...args: string[]): void =>
  void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: repo, stdio: 'ignore' })

const write = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(repo, path)), { recursive: true })
  await writeFile(join(repo, path), text)
}

const secret = (name: string, field = '  password: hunter22\n'): string =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\n  namespace: web\nstringData:\n${field}`

const RULE = { encrypted_regex: '^(data|stringData)$' }

const seal = async (path: string, to: readonly Identity[], clear = secret('web')): Promise<void> =>
  write(path, await sops.encrypt(path, clear, to, [], RULE))

beforeAll(async () => {
  cli = await createCli()
  sops = await realSops()
  oncall = await sops.keygen()
  other = await sops.keygen()
  repo = join(cli.home, 'repo')
  keyFile = join(cli.home, 'oncall.agekey')
  await mkdir(repo)
  await writeFile(keyFile, `${oncall.secret.reveal()}\n`, { mode: 0o600 })
  git('init', '--quiet', '--initial-branch=main')
  await write(
    '.sops.yaml',
    `creation_rules:\n  - path_regex: ^apps/.*\\.sops\\.yaml$\n    encrypted_regex: ^(data|stringData)$\n    age: ${oncall.recipient},${other.recipient}\n`,
  )
  await write('.flux-ops.yaml', `recipients:\n  - name: oncall\n    recipient: ${oncall.recipient}\n`)
  await seal('apps/web.sops.yaml', [oncall, other])
  git('add', '--all')
  git('commit', '--quiet', '--message=x')
})

afterAll(async () => {
  await Promise.all([cli.remove(), sops.end()])
})

const audit = (...args: string[]) => cli.run(['audit', 'keys', '--no-cluster', '--repo', repo, ...args])

const json = async (...args: string[]): Promise<AuditReport> => JSON.parse((await audit('--json', ...args)).stdout) as AuditReport

const found = ({ rules }: AuditReport): string[] =>
  rules.flatMap(({ findings }) => findings.map(({ rule, severity, where }) => `${severity} ${rule} ${where}`)).sort()

describe('audit keys', () => {
  test('finds nothing in a repository where all is well, and says what it did not ask', async () => {
    const { code, stdout } = await audit('--identity', keyFile, '--fail-on', 'warning')

    expect(stdout).toContain('3 files, 1 sealed to age1')
    expect(stdout).toContain('"oncall"')
    expect(stdout).toMatch(/^✔ 20 of 23 rules hold, 3 not asked$/m)
    expect(code).toBe(0)
  })

  test('finds what is wrong, tells no value, and ends with 3', async () => {
    const key = secret('sops-age', `  age.agekey: ${oncall.secret.reveal()}\n`)
    const sealed = await readFile(join(repo, 'apps/web.sops.yaml'), 'utf8')
    await seal('boot/sops-age.sops.yaml', [oncall], key)
    await seal('apps/other.sops.yaml', [other])
    await write('apps/plain.yaml', secret('plain'))
    await write('apps/moved.sops.yaml', sealed.replace('namespace: web', 'namespace: prod'))
    await write('apps/cut.sops.yaml', sealed.slice(0, sealed.indexOf('sops:')))
    await write('leak.txt', other.secret.reveal())
    git('add', '--all')

    const report = await json('--identity', keyFile)
    const { code, stdout, stderr } = await audit('--identity', keyFile)

    expect(found(report)).toEqual([
      'error key-not-sealed-to-itself boot/sops-age.sops.yaml',
      'error macs-hold apps/moved.sops.yaml',
      'error no-private-key leak.txt:1',
      'error recipients-as-ruled apps/other.sops.yaml',
      'error sealed-files-whole apps/cut.sops.yaml',
      'error secrets-sealed apps/plain.yaml:7',
      'warning sealed-files-ruled boot/sops-age.sops.yaml',
    ])
    expect(code).toBe(3)
    expect(stdout + stderr + JSON.stringify(report)).not.toMatch(/hunter22|AGE-SECRET-KEY-1[0-9A-Z]/)
  })

  test('looks at no file that git does not know', async () => {
    await write('age.agekey', oncall.secret.reveal())

    expect(found(await json()).join()).not.toContain('age.agekey')
    await rm(join(repo, 'age.agekey'))
  })

  test('writes SARIF beside it, or instead of it', async () => {
    const file = join(cli.home, 'keys.sarif')
    await audit('--sarif', file)
    const { stdout } = await audit('--sarif', '-')

    expect(JSON.parse(stdout)).toEqual(JSON.parse(await readFile(file, 'utf8')))
    expect(JSON.parse(stdout).runs[0].results.length).toBeGreaterThan(3)
  })

  test.each([
    ['no kubeconfig', ['audit', 'keys'], 2, 'files alone:  flux-ops audit keys --no-cluster'],
    ['no repository', ['audit', 'keys', '--no-cluster', '--repo', '.'], 2, '--repo'],
    ['two documents for stdout', ['audit', 'keys', '--no-cluster', '--json', '--sarif', '-'], 2, '--sarif FILE'],
    ['a key file that is none', ['audit', 'keys', '--no-cluster', '--identity', 'nowhere'], 2, 'nowhere'],
  ])('%s is one clear error', async (_what, args, code, words) => {
    const result = await cli.run(args, { cwd: cli.home, env: { KUBECONFIG: join(cli.home, 'none') } })

    expect(result.stderr).toContain(words)
    expect(result.code).toBe(code)
  })
})
