// What the tests of `age backup`, `drill` and `restore` share: a cluster with Flux, the built program in its clone, and a key that is kept elsewhere.
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { environment } from '../../src/sandbox/index.ts'
import { runBuilt, type Said } from '../helpers/built-program.ts'
import { type SharedSandbox, sharedSandbox } from '../helpers/shared-sandbox.ts'

const ENTRY = fileURLToPath(new URL('../../bin/flux-ops.js', import.meta.url))

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
  /** Gone at the end. */
  readonly work: string
  readonly recovery: { readonly file: string; readonly recipient: string }
  readonly passphraseFile: string
  /** Where backups of the test go. */
  out = ''

  private constructor(sandbox: SharedSandbox, work: string, recipient: string) {
    this.sandbox = sandbox
    this.work = work
    this.recovery = { file: join(work, 'recovery.agekey'), recipient }
    this.passphraseFile = join(work, 'passphrase')
  }

  static async open(): Promise<AgeDesk> {
    const sandbox = await sharedSandbox('pin', '2.7.3')
    const work = await mkdtemp(join(tmpdir(), 'flux-ops-age-'))
    const { stdout: text } = await promisify(execFile)(join(sandbox.paths.bin, 'age-keygen'), [])
    const desk = new AgeDesk(sandbox, work, /age1[0-9a-z]+/.exec(text)?.[0] ?? '')
    await writeFile(desk.recovery.file, text, { mode: 0o600 })
    await writeFile(desk.passphraseFile, `${PASSPHRASE}\n`, { mode: 0o600 })
    return desk
  }

  async close(): Promise<void> {
    await this.sandbox.release()
    await rm(this.work, { recursive: true, force: true })
  }

  /** An empty folder for backups, and the clone as it was. */
  async fresh(): Promise<void> {
    this.out = await mkdtemp(join(this.work, 'out-'))
    await this.git('reset', '--hard', '--quiet', 'origin/main')
  }

  get env(): Record<string, string> {
    return environment({ dir: this.sandbox.paths.dir })
  }

  async tool(name: string, args: readonly string[], stdin = '', cwd = this.sandbox.paths.repo): Promise<string> {
    const file = name === 'git' ? 'git' : join(this.sandbox.paths.bin, name)
    const running = promisify(execFile)(file, [...args], { env: this.env, cwd, maxBuffer: 2 ** 26 })
    running.child.stdin?.end(stdin)
    return (await running).stdout
  }

  git(...args: string[]): Promise<string> {
    return this.tool('git', args)
  }

  /** No key and no clear value may be in what it says. */
  async run(...args: string[]): Promise<Said> {
    const said = await runBuilt(this.sandbox.paths, args, { state: join(this.work, 'state') })
    expect(said.text).not.toMatch(/AGE-SECRET-KEY|home\.arpa|8080/)
    return said
  }

  /** On a terminal of its own, where somebody answers once the question stands there. */
  onTerminal(args: readonly string[], question: string, answer: string): Promise<{ readonly code: number | null; readonly text: string }> {
    const command = [process.execPath, ENTRY, ...args].map((word) => `'${word}'`).join(' ')
    const env = { ...this.env, XDG_STATE_HOME: join(this.work, 'state'), NO_COLOR: '1' }
    const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], { cwd: this.sandbox.paths.repo, env })
    let text = ''
    let asked = false
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (asked || !text.includes(question)) return
      asked = true
      child.stdin.write(answer)
    })
    return new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, text }))
    })
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
