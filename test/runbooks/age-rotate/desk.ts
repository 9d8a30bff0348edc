// What the tests of a rotation share: a sandbox with Flux decrypting, a key that is kept elsewhere, and a look at who can open what.
import { execFile, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { environment } from '../../../src/sandbox/index.ts'
import { readAgeFile } from '../../../src/sops/keys/age-file.ts'
import { type Identity, parseIdentities } from '../../../src/sops/keys/identities.ts'
import { openWithIdentities } from '../../../src/sops/keys/open.ts'
import { keyringOf } from '../../../src/sops/sealed/keyring.ts'
import type { SealedFile } from '../../../src/sops/sealed/model.ts'
import { openSealed } from '../../../src/sops/sealed/open.ts'
import { readSealed } from '../../../src/sops/sealed/read.ts'
import { ageRecipients } from '../../../src/sops/sealed/sealed-to.ts'
import { feed } from '../../helpers/feed.ts'
import type { Style } from '../../helpers/shared-sandbox.ts'
import { type DriveInput, type Driven, drive } from '../desk.ts'
import { type Fixture, fixture } from '../fixture.ts'

const ENTRY = fileURLToPath(new URL('../../../bin/flux-ops.js', import.meta.url))

/** A disk of its own, which only the process sees: `options` are those of a tmpfs. */
export const onDisk = (folder: string, options: string): string[] => [
  '-rm',
  'sh',
  '-c',
  'mount -t tmpfs -o "$2" tmpfs "$1" && shift 2 && exec "$@"',
  'sh',
  folder,
  options,
]

/** Not every machine lets a user mount. */
export const mayMount = (): boolean => spawnSync('unshare', [...onDisk(tmpdir(), 'size=64k'), 'true']).status === 0

const SECRETS: Partial<Record<Style, string>> = { pin: 'age-key' }

/** A sealed file of every style. */
export const sealedApp = (style: Style): string =>
  style === 'pin' ? 'cluster/apps/default/hello/app/secret.sops.yaml' : 'apps/hello/secret.sops.yaml'

export interface Places {
  /** Of files by path: recipients of age. */
  readonly tree: Readonly<Record<string, readonly string[]>>
  readonly remote: Readonly<Record<string, readonly string[]>>
}

export class RotationDesk {
  readonly sandbox: Fixture
  readonly style: Style
  readonly work: string
  readonly recovery: string
  /** Of the sandbox's own key. */
  old = ''
  out = ''

  private constructor(sandbox: Fixture, style: Style, work: string) {
    this.sandbox = sandbox
    this.style = style
    this.work = work
    this.recovery = join(work, 'recovery.agekey')
  }

  static async open(style: Style = 'pin', flux = '2.7.3'): Promise<RotationDesk> {
    const sandbox = await fixture(style, flux)
    const desk = new RotationDesk(sandbox, style, await mkdtemp(join(tmpdir(), 'flux-ops-rotate-')))
    await writeFile(desk.recovery, await sandbox.run('age-keygen'), { mode: 0o600 })
    return desk
  }

  async close(): Promise<void> {
    await this.sandbox.remove()
    await rm(this.work, { recursive: true, force: true })
  }

  /** The first state, with an empty folder for backups. */
  async fresh(): Promise<void> {
    await this.sandbox.faults({})
    await this.sandbox.reset()
    this.out = await mkdtemp(join(this.work, 'out-'))
    this.old = /age1[0-9a-z]+/.exec(await readFile(join(this.sandbox.paths.secrets, 'age.agekey'), 'utf8'))?.[0] ?? ''
  }

  get secretName(): string {
    return SECRETS[this.style] ?? 'sops-age'
  }

  get env(): Record<string, string> {
    return environment({ dir: this.sandbox.paths.dir })
  }

  recoveryRecipient = async (): Promise<string> => /age1[0-9a-z]+/.exec(await readFile(this.recovery, 'utf8'))?.[0] ?? ''

  async input(more: object = {}): Promise<object> {
    const seal = { how: 'recipients', to: [await this.recoveryRecipient()], identities: [this.recovery] }
    return { repo: this.sandbox.paths.repo, seal, out: this.out, timeoutSeconds: 120, ...more }
  }

  async rotate(more: object = {}, options: Partial<DriveInput> = {}): Promise<Driven> {
    return drive({ dir: this.sandbox.paths.dir, runbook: 'age-rotate', input: await this.input(more), ...options })
  }

  resume(runId: string, options: Partial<DriveInput> = {}): Promise<Driven> {
    return drive({ dir: this.sandbox.paths.dir, runbook: 'age-rotate', resume: runId, ...options })
  }

  abandon(runId: string, options: Partial<DriveInput> = {}): Promise<Driven> {
    return drive({ dir: this.sandbox.paths.dir, runbook: 'age-rotate', abandon: runId, ...options })
  }

  /** What a tool says; text for it by standard input, so that no key stands in an argument. */
  async tool(
    name: string,
    args: readonly string[],
    options: { stdin?: string; cwd?: string; env?: Record<string, string> } = {},
  ): Promise<string> {
    const file = name === 'git' ? 'git' : join(this.sandbox.paths.bin, name)
    const { stdin = '', cwd = this.sandbox.paths.repo, env = {} } = options
    const running = promisify(execFile)(file, [...args], { env: { ...this.env, ...env }, cwd, maxBuffer: 2 ** 26 })
    feed(running.child.stdin, stdin)
    return (await running).stdout
  }

  kubectl(...args: string[]): Promise<string> {
    return this.tool('kubectl', args)
  }

  // biome-ignore lint/suspicious/noExplicitAny: an object of Kubernetes
  async secret(name = this.secretName): Promise<any> {
    return JSON.parse(await this.kubectl('-n', 'flux-system', 'get', 'secret', name, '-o', 'json'))
  }

  /** What Flux reads in the Secret. */
  async inCluster(name = this.secretName): Promise<Identity[]> {
    const { data = {} } = await this.secret(name)
    const texts = Object.entries(data as Record<string, string>).filter(([entry]) => entry.endsWith('.agekey'))
    const found = await Promise.all(texts.map(([entry, value]) => parseIdentities(Buffer.from(value, 'base64').toString(), entry)))
    return found.flat()
  }

  recipientsInCluster = async (): Promise<string[]> => (await this.inCluster()).map(({ recipient }) => recipient ?? '').sort()

  /** The sandbox's own key, which is kept, and what whole backups of rotations hold. */
  async backedUp(): Promise<Identity[]> {
    const kept = await parseIdentities(await readFile(join(this.sandbox.paths.secrets, 'age.agekey'), 'utf8'), 'kept')
    const recovery = await parseIdentities(await readFile(this.recovery, 'utf8'), 'recovery')
    const names = await readdir(this.out)
    const whole = names.filter((name) => name.endsWith('.age') && names.includes(name.replace(/\.age$/, '.manifest.json')))
    const opened = await Promise.all(
      whole.map(async (name) => {
        const text = await openWithIdentities(await readAgeFile(await readFile(join(this.out, name), 'utf8'), name), recovery)
        return parseIdentities(text.reveal(), name)
      }),
    )
    return [...kept, ...opened.flat()]
  }

  #files(texts: readonly (readonly [string, string])[]): SealedFile[] {
    return texts.flatMap(([path, text]) => readSealed(path, text) ?? [])
  }

  async treeFiles(): Promise<SealedFile[]> {
    const { repo } = this.sandbox.paths
    const paths = (await this.sandbox.git('ls-files')).split('\n').filter((path) => /\.sops\./.test(path) && !path.startsWith('.'))
    return this.#files(await Promise.all(paths.map(async (path) => [path, await readFile(join(repo, path), 'utf8')] as const)))
  }

  async filesAt(commit: string): Promise<SealedFile[]> {
    const bare = join(this.sandbox.paths.git, 'home-ops.git')
    const at = (...args: string[]): Promise<string> => this.sandbox.run('git', '-C', bare, ...args)
    const paths = (await at('ls-tree', '-r', '--name-only', commit)).split('\n').filter((path) => /[^/]\.sops\./.test(path))
    return this.#files(await Promise.all(paths.map(async (path) => [path, await at('show', `${commit}:${path}`)] as const)))
  }

  /** Commits that sources have, or Kustomizations have applied. */
  async appliedCommits(): Promise<string[]> {
    const revisions =
      '{range .items[*]}{.status.artifact.revision} {.status.lastAppliedRevision} {.status.lastAttemptedRevision}{"\\n"}{end}'
    const kinds = 'kustomizations.kustomize.toolkit.fluxcd.io,gitrepositories.source.toolkit.fluxcd.io'
    const text = await this.kubectl('get', kinds, '-A', '-o', `jsonpath=${revisions}`)
    return [...new Set([...text.matchAll(/@sha1:([0-9a-f]{40})/g)].map(([, commit]) => commit ?? ''))]
  }

  /**
   * What would be lost if this were the end: a file that is not whole, or that opens with no key that is both in the cluster and in a backup.
   * In the work tree, on the remote branch, and at whatever Flux applies.
   */
  async losses(): Promise<string[]> {
    const [cluster, backup] = await Promise.all([this.inCluster(), this.backedUp()])
    const kept = new Set(backup.map(({ secret }) => secret.reveal()))
    const keyring = await keyringOf(cluster.filter(({ secret }) => kept.has(secret.reveal())))
    const commits = [...new Set(['main', ...(await this.appliedCommits())])]
    const places = [
      { where: 'work tree', files: await this.treeFiles() },
      ...(await Promise.all(commits.map(async (commit) => ({ where: commit.slice(0, 10), files: await this.filesAt(commit) })))),
    ]
    const lost: string[] = []
    for (const { where, files } of places) {
      if (files.length === 0) lost.push(`${where}: no sealed file`)
      for (const file of files) {
        const opened = await openSealed(file, keyring).catch((error: Error) => error)
        if (opened instanceof Error) lost.push(`${where} ${file.path}: ${opened.message}`)
        else if (opened.mac !== 'holds') lost.push(`${where} ${file.path}: MAC ${opened.mac}`)
      }
    }
    return lost
  }

  async recipients(): Promise<Places> {
    const of = (files: readonly SealedFile[]) => Object.fromEntries(files.map((file) => [file.path, ageRecipients(file)]))
    return { tree: of(await this.treeFiles()), remote: of(await this.filesAt('main')) }
  }

  /** What the real sops makes of every file with these keys alone. */
  async clearTexts(keys: readonly Identity[]): Promise<Record<string, string>> {
    const env = { SOPS_AGE_KEY: keys.map(({ secret }) => secret.reveal()).join('\n') }
    const files = await this.treeFiles()
    return Object.fromEntries(
      await Promise.all(files.map(async ({ path }) => [path, await this.tool('sops', ['decrypt', path], { env })] as const)),
    )
  }

  /** Another clone that pushes what `work` leaves in it. */
  async colleague(message: string, work: (dir: string) => Promise<void>): Promise<void> {
    const dir = await mkdtemp(join(this.work, 'colleague-'))
    const url = (await this.sandbox.git('remote', 'get-url', 'origin')).trim()
    await this.tool('git', ['clone', '--quiet', url, dir])
    await work(dir)
    await this.tool('git', ['-C', dir, 'add', '--all'])
    await this.tool('git', ['-C', dir, 'commit', '--quiet', '-m', message])
    await this.tool('git', ['-C', dir, 'push', '--quiet', 'origin', 'HEAD:main'])
  }

  /** A value set by sops, as a colleague who has the old key does. */
  async setValue(dir: string, path: string, index: string, value: string, keys: readonly Identity[]): Promise<void> {
    const env = { SOPS_AGE_KEY: keys.map(({ secret }) => secret.reveal()).join('\n') }
    await this.tool('sops', ['set', '--value-stdin', path, index], { stdin: JSON.stringify(value), cwd: dir, env })
  }

  async ready(): Promise<Record<string, string>> {
    const text = await this.kubectl('get', 'kustomizations.kustomize.toolkit.fluxcd.io', '-A', '-o', 'json')
    const { items } = JSON.parse(text) as {
      items: { metadata: { name: string }; status?: { conditions?: { type: string; status: string; message: string }[] } }[]
    }
    return Object.fromEntries(
      items.map(({ metadata, status }) => {
        const ready = status?.conditions?.find(({ type }) => type === 'Ready')
        return [metadata.name, ready?.status === 'True' ? 'True' : `${ready?.status} ${ready?.message}`]
      }),
    )
  }

  /** The built program, what it says. */
  async cli(...args: string[]): Promise<string> {
    return this.#said(process.execPath, [ENTRY, ...args])
  }

  /** A rotation whose folder for backups is a disk of its own. */
  async onSmallDisk(options: string): Promise<string> {
    const args = ['age', 'rotate', '--to', await this.recoveryRecipient(), '--out', this.out, '--yes']
    return this.#said('unshare', [...onDisk(this.out, options), process.execPath, ENTRY, ...args])
  }

  async #said(file: string, args: readonly string[]): Promise<string> {
    const env = { ...this.env, NO_COLOR: '1', USER: 'tester', XDG_STATE_HOME: join(this.work, 'state') }
    const running = promisify(execFile)(file, [...args], { env, cwd: this.sandbox.paths.repo })
    const { stdout, stderr } = await running.catch((error: { stdout: string; stderr: string }) => error)
    return stdout + stderr
  }

  async emptyOut(): Promise<void> {
    await rm(this.out, { recursive: true, force: true })
    await mkdir(this.out, { recursive: true })
  }
}
