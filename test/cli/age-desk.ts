// What the tests of `age backup`, `drill` and `restore` share: a cluster with Flux, the built program in its clone, and a key that is kept elsewhere.
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { environment } from '../../src/sandbox/index.ts'
import { runBuilt, type Said } from '../helpers/built-program.ts'
import { Evidence } from '../helpers/evidence.ts'
import { feed } from '../helpers/feed.ts'
import { onTerminal, type Typed } from '../helpers/on-terminal.ts'
import { type SharedSandbox, sharedSandbox } from '../helpers/shared-sandbox.ts'
import { secretsOf, tellSecret } from '../secrets/known-secrets.ts'
import { filesBelow, search } from '../secrets/search.ts'

export const SECRET = 'flux-system/age-key'
/** A sealed file that Flux applies. */
export const FILE = 'cluster/apps/default/hello/app/secret.sops.yaml'
const PASSPHRASE = 'horse-apron-violin-candle-winter'

export interface NewKey {
  readonly text: string
  readonly recipient: string
}

export class AgeDesk {
  readonly sandbox: SharedSandbox
  /** Gone at the end, and searched before: no key may be in it but in the files that were named as key files. */
  readonly work: string
  readonly #evidence: Evidence
  readonly #kept: string
  readonly #keyFiles = new Set<string>()
  readonly recovery: { readonly file: string; readonly recipient: string }
  readonly passphraseFile: string
  /** Where backups of the test go. */
  out = ''

  private constructor(sandbox: SharedSandbox, work: string, recipient: string, kept: { folder: string; evidence: Evidence }) {
    this.sandbox = sandbox
    this.work = work
    this.recovery = { file: join(work, 'recovery.agekey'), recipient }
    this.passphraseFile = join(work, 'passphrase')
    this.#kept = kept.folder
    this.#evidence = kept.evidence
  }

  static async open(): Promise<AgeDesk> {
    const sandbox = await sharedSandbox('pin', '2.7.3')
    const work = await mkdtemp(join(tmpdir(), 'flux-ops-age-'))
    const { stdout: text } = await promisify(execFile)(join(sandbox.paths.bin, 'age-keygen'), [])
    const folder = join(sandbox.paths.dir, 'evidence', `age-${randomUUID()}`)
    const evidence = await Evidence.open(folder, environment({ dir: sandbox.paths.dir }).PATH ?? '')
    const desk = new AgeDesk(sandbox, work, /age1[0-9a-z]+/.exec(text)?.[0] ?? '', { folder, evidence })
    await desk.keyFile(desk.recovery.file, text)
    await desk.keyFile(desk.passphraseFile, `${PASSPHRASE}\n`)
    await tellSecret(sandbox.paths, 'passphrase of a backup', PASSPHRASE)
    return desk
  }

  async close(): Promise<void> {
    try {
      expect(await this.leaks()).toEqual([])
    } finally {
      await this.sandbox.release()
      await rm(this.work, { recursive: true, force: true })
    }
  }

  /** A key, passphrase or token that lies where none may, `age key 1 in <file>`. What was kept for it is searched once more at the end of the suite. */
  async leaks(): Promise<readonly string[]> {
    const { paths } = this.sandbox
    const files = (await Promise.all([this.work, this.#kept, paths.home, paths.tmp].map(filesBelow))).flat()
    return (
      await search(
        files.filter((file) => !this.#keyFiles.has(file)),
        await secretsOf(paths),
      )
    ).found
  }

  started(): Promise<string[]> {
    return this.#evidence.started()
  }

  /** A file of the test in which a key may stand; without a text, the program will make it. */
  async keyFile(file: string, text?: string): Promise<string> {
    this.#keyFiles.add(file)
    await this.#tellKeys(text ?? '')
    if (text !== undefined) await writeFile(file, text, { mode: 0o600 })
    return file
  }

  /** An empty folder for backups, and the clone as it was. */
  async fresh(): Promise<void> {
    this.out = await mkdtemp(join(this.work, 'out-'))
    await this.git('reset', '--hard', '--quiet', 'origin/main')
  }

  /** Of age; of SSH the third line, as what stands before it is in every such file. */
  async #tellKeys(text: string): Promise<void> {
    const ssh = text.includes('BEGIN OPENSSH PRIVATE KEY') ? [text.split('\n')[3] ?? ''] : []
    for (const key of [...(text.match(/AGE-SECRET-KEY-\S+/g) ?? []), ...ssh]) await tellSecret(this.sandbox.paths, 'key of a test', key)
  }

  get env(): Record<string, string> {
    return environment({ dir: this.sandbox.paths.dir })
  }

  async tool(name: string, args: readonly string[], stdin = '', cwd = this.sandbox.paths.repo): Promise<string> {
    const file = name === 'git' ? 'git' : join(this.sandbox.paths.bin, name)
    const running = promisify(execFile)(file, [...args], { env: this.env, cwd, maxBuffer: 2 ** 26 })
    feed(running.child.stdin, stdin)
    return (await running).stdout
  }

  git(...args: string[]): Promise<string> {
    return this.tool('git', args)
  }

  /** No key and no clear value may be in what it says, and nothing at all is put into a temporary folder. */
  async run(...args: string[]): Promise<Said> {
    const { paths } = this.sandbox
    return this.#watched(args, (env) => runBuilt(paths, args, { state: this.#evidence.state, env }))
  }

  async #watched<T extends { readonly text: string }>(
    args: readonly string[],
    work: (env: Readonly<Record<string, string>>) => Promise<T>,
  ): Promise<T> {
    const { result, temporary } = await this.#evidence.during(args, work)
    expect(result.text).not.toMatch(/AGE-SECRET-KEY-(PQ-)?1[0-9A-Z]|home\.arpa|8080/)
    expect(temporary).toEqual([])
    return result
  }

  /** On a terminal of its own, where somebody answers once the question stands there. */
  onTerminal(args: readonly string[], question: string, answer: string): Promise<Typed> {
    return this.#watched(args, (env) => this.#answered(args, env, question, answer))
  }

  #answered(args: readonly string[], more: Readonly<Record<string, string>>, question: string, answer: string): Promise<Typed> {
    return onTerminal(args, [[question, answer]], { cwd: this.sandbox.paths.repo, env: { ...this.env, ...more } })
  }

  backup(...args: string[]): Promise<Said> {
    return this.run('age', 'backup', '--out', this.out, ...args)
  }

  toRecovery(...args: string[]): Promise<Said> {
    return this.backup('--to', this.recovery.recipient, '--identity', this.recovery.file, ...args)
  }

  drill(...args: string[]): Promise<Said> {
    return this.run('age', 'drill', ...args)
  }

  async drillRecovery(): Promise<Said> {
    return this.drill(await this.written('.age'), '--identity', this.recovery.file)
  }

  async restoreRecovery(...args: string[]): Promise<Said> {
    return this.run('age', 'restore', await this.written('.age'), '--identity', this.recovery.file, ...args)
  }

  async written(ending: string): Promise<string> {
    const name = (await readdir(this.out)).find((one) => one.endsWith(ending))
    if (name === undefined) throw new Error(`nothing ends with ${ending}`)
    return join(this.out, name)
  }

  async newKey(): Promise<NewKey> {
    const text = await this.tool('age-keygen', [])
    await this.#tellKeys(text)
    return { text, recipient: /age1[0-9a-z]+/.exec(text)?.[0] ?? '' }
  }

  // biome-ignore lint/suspicious/noExplicitAny: an object of Kubernetes
  async secret(): Promise<any> {
    return JSON.parse(await this.tool('kubectl', ['-n', 'flux-system', 'get', 'secret', 'age-key', '-o', 'json']))
  }

  /** By standard input: no key stands in an argument. null takes an entry out. */
  async setEntries(entries: Readonly<Record<string, string | null>>): Promise<void> {
    const secret = await this.secret()
    for (const [name, text] of Object.entries(entries)) {
      if (text === null) delete secret.data[name]
      else secret.data[name] = Buffer.from(text).toString('base64')
    }
    await this.tool('kubectl', ['replace', '--filename=-'], JSON.stringify(secret))
  }
}
