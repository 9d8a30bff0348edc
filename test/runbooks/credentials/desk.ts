// What the tests of a rotation of git credentials share: a sandbox whose Flux fetches over SSH or with a token, and the person who registers and removes them.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { environment } from '../../../src/sandbox/index.ts'
import { waitUntil } from '../../../src/sandbox/processes.ts'
import { feed } from '../../helpers/feed.ts'
import type { Style } from '../../helpers/shared-sandbox.ts'
import { tellSecret } from '../../secrets/known-secrets.ts'
import { type DriveInput, type Driven, drive } from '../desk.ts'
import { type Fixture, fixture } from '../fixture.ts'
import { type Entries, type Server, sshServer, tokenServer } from './server.ts'

const READY = 'ready-for-rotation'
const SYNC = 'clusters/prod/flux-system/gotk-sync.yaml'

const SECRETS: Partial<Record<Style, string>> = { pin: 'github-deploy-key' }
const SOURCES: Partial<Record<Style, string>> = { pin: 'home-cluster' }

const text = (value: string | undefined): string => Buffer.from(value ?? '', 'base64').toString()

export class CredentialsDesk {
  readonly sandbox: Fixture
  readonly style: Style
  readonly work: string
  server!: Server

  private constructor(sandbox: Fixture, style: Style, work: string) {
    this.sandbox = sandbox
    this.style = style
    this.work = work
  }

  /** Over SSH; where no sshd can be had (it is built with apt-get, make and gcc), with tokens. */
  static openAny(): Promise<CredentialsDesk> {
    return CredentialsDesk.open('ssh').catch((error: Error) => {
      console.log(`no sshd here, so that it is tested with tokens: ${error.message.split('\n')[0]}`)
      return CredentialsDesk.open('token')
    })
  }

  static async open(kind: 'ssh' | 'token', style: Style = 'bootstrap'): Promise<CredentialsDesk> {
    const sandbox = await fixture(style)
    const desk = new CredentialsDesk(sandbox, style, await mkdtemp(join(tmpdir(), 'flux-ops-creds-')))
    const bare = join(sandbox.paths.git, 'home-ops.git')
    desk.server =
      kind === 'ssh' ? await sshServer(sandbox.paths, join(desk.work, 'sshd'), bare) : await tokenServer(sandbox.paths, await desk.secret())
    if (kind === 'ssh') await desk.#overSsh()
    await sandbox.keep(READY)
    return desk
  }

  async close(): Promise<void> {
    await this.server?.close()
    await this.sandbox.remove()
    await rm(this.work, { recursive: true, force: true })
  }

  /** The first state. */
  async fresh(): Promise<void> {
    await this.server.reset()
    await this.sandbox.reset(READY)
  }

  /** What the built program says, as a person starts it. */
  flags = (...more: readonly string[]): string[] => ['credentials', 'rotate', ...this.server.flags, '--yes', ...more]

  get secretName(): string {
    return SECRETS[this.style] ?? 'flux-system'
  }

  get sourceName(): string {
    return SOURCES[this.style] ?? 'flux-system'
  }

  get env(): Record<string, string> {
    return environment({ dir: this.sandbox.paths.dir })
  }

  async tool(name: string, args: readonly string[], stdin = '', more: Readonly<Record<string, string>> = {}): Promise<string> {
    const file = name === 'git' ? 'git' : join(this.sandbox.paths.bin, name)
    const running = promisify(execFile)(file, [...args], {
      env: { ...this.env, ...more },
      cwd: this.sandbox.paths.repo,
      maxBuffer: 2 ** 26,
    })
    feed(running.child.stdin, stdin)
    return (await running).stdout
  }

  kubectl = (...args: string[]): Promise<string> => this.tool('kubectl', args)

  /** Entries of a Secret of Flux's namespace, in clear. */
  async secret(name = this.secretName): Promise<Record<string, string>> {
    const { data } = JSON.parse(await this.kubectl('-n', 'flux-system', 'get', 'secret', name, '-o', 'json'))
    return Object.fromEntries(Object.entries(data as Record<string, string>).map(([entry, value]) => [entry, text(value)]))
  }

  async setSecret(entries: Entries, name = this.secretName): Promise<void> {
    const metadata = { name, namespace: 'flux-system' }
    await this.tool('kubectl', ['replace', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: entries }))
  }

  /** The Secrets of runs, with what they keep. */
  async kept(): Promise<{ name: string; next: Entries; old: Entries }[]> {
    const { items } = JSON.parse(await this.kubectl('-n', 'flux-system', 'get', 'secrets', '-l', 'flux-ops.dev/run', '-o', 'json'))
    const of = (data: Record<string, string>, prefix: string): Entries =>
      Object.fromEntries(
        Object.entries(data).flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), text(value)]] : [])),
      )
    return items.map(({ metadata, data }: { metadata: { name: string }; data: Record<string, string> }) => ({
      name: metadata.name,
      next: of(data, 'next.'),
      old: of(data, 'old.'),
    }))
  }

  /** What Flux follows is read over SSH from now on, as if it had been so from the beginning. */
  async #overSsh(): Promise<void> {
    const { url = '', first } = this.server
    const { username = '', password = '' } = await this.secret()
    await this.setSecret({ ...first, username, password })
    const sync = await this.tool('git', ['show', `HEAD:${SYNC}`])
    const path = join(this.sandbox.paths.repo, SYNC)
    await writeFile(path, sync.replace(/url: http\S+/, `url: ${url}`))
    await this.tool('git', ['commit', '--quiet', '-am', 'Fetch over SSH'])
    await this.tool('git', ['push', '--quiet', 'origin', 'HEAD:main'])
    await this.reconcile()
    await waitUntil('the source to fetch over SSH', async () => (await this.source()).spec.url === url, { withinMs: 60_000 })
    await this.setSecret(first)
    await this.reconcile()
  }

  async reconcile(): Promise<void> {
    await this.tool('flux', ['reconcile', 'source', 'git', this.sourceName, '--timeout=60s'])
    if (this.style === 'bootstrap') await this.tool('flux', ['reconcile', 'kustomization', 'flux-system', '--timeout=90s'])
  }

  // biome-ignore lint/suspicious/noExplicitAny: an object of Kubernetes
  async source(name = this.sourceName): Promise<any> {
    return JSON.parse(await this.kubectl('-n', 'flux-system', 'get', `gitrepositories.source.toolkit.fluxcd.io/${name}`, '-o', 'json'))
  }

  input(more: object = {}): object {
    return { repo: this.sandbox.paths.repo, next: this.server.next, timeoutSeconds: 60, ...more }
  }

  rotate(more: object = {}, options: Partial<DriveInput> = {}): Promise<Driven> {
    return this.#drive({ input: this.input(more), ...options })
  }

  resume = (runId: string, options: Partial<DriveInput> = {}): Promise<Driven> => this.#drive({ resume: runId, ...options })

  abandon = (runId: string, options: Partial<DriveInput> = {}): Promise<Driven> => this.#drive({ abandon: runId, ...options })

  #drive = (options: Partial<DriveInput>): Promise<Driven> =>
    drive({ dir: this.sandbox.paths.dir, runbook: 'credentials-rotate', ...options })

  /** What the run waits for: before the exchange the new one is let in as well, behind it the new one alone. */
  person = async (): Promise<void> => {
    const [kept] = await this.kept()
    if (kept === undefined) throw new Error('nothing waits for a person')
    const { identity, password } = await this.secret()
    await tellSecret(this.sandbox.paths, 'new credential', secretPart(kept.next))
    const isSwapped = identity === kept.next.identity && password === kept.next.password
    await this.server.take(...(isSwapped ? [kept.next] : [kept.old, kept.next]))
  }

  newToken = async (): Promise<string> => (await readFile(join(this.sandbox.paths.secrets, 'new-token'), 'utf8')).trim()

  /** Whether the server takes what Flux has, at this moment. */
  isLetIn = async (): Promise<boolean> => this.server.takes(await this.secret())

  /** A rotation with everything that a person does in it; gives the last part. */
  async whole(more: object = {}): Promise<Driven> {
    let driven = await this.rotate(more)
    for (let pause = 0; driven.outcome === 'waiting' && pause < 4; pause++) {
      await this.person()
      driven = await this.resume(driven.runId)
    }
    return driven
  }
}

/** Enough of it to be found where it should not be. */
const secretPart = ({ identity, password = '' }: Entries): string =>
  identity === undefined ? password : identity.replaceAll(/-----[^-]+-----|\s/g, '').slice(-64, -8)
