// A sandbox in which states are provoked, and the built program that has to find them.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Diagnosis } from '../../src/diagnosis/diagnose.ts'
import type { Finding } from '../../src/diagnosis/finding.ts'
import { environment, stopProcess } from '../../src/sandbox/index.ts'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { runTool } from '../../src/sandbox/run-tool.ts'
import { namedTools } from '../../src/sandbox/standard.ts'
import { runBuilt, type Said } from '../helpers/built-program.ts'
import { type SharedSandbox, sharedSandbox } from '../helpers/shared-sandbox.ts'
import { encryptedSshKey, sshKey } from '../helpers/ssh-keys.ts'
import { type SshServer, startSshd } from '../helpers/ssh-server.ts'
import { makeEmptyRepository, push } from './repository.ts'
import type { Change, Expected, OverSsh, Place, Provoked } from './scenario.ts'
import { type Servers, startServers } from './servers.ts'

const CREDENTIAL = 'git-credential'
const OTHER_KEY = 'other-key'
/** A machine may be busy, and four hundred objects are applied at once. */
const PATIENCE_MS = 10 * 60_000

const NOTHING = { 'a.yaml': '# nothing\n' }

type Files = Readonly<Record<string, string>>

interface Folder {
  readonly path: string
  readonly files: Files
  readonly sealed?: Files | undefined
}

export class RecoverDesk {
  readonly sandbox: SharedSandbox
  readonly work: string
  #url = ''
  #password = { username: '', password: '' }
  #artifact = { url: '', tag: '' }
  #api = ''
  #servers: Servers | undefined
  #ssh: SshServer | undefined
  /** Its host key changes while it is in use. */
  #moving: SshServer | undefined
  /** Of the storage of source-controller. */
  readonly #lost = new Set<string>()
  readonly #stranger = sshKey()
  readonly #locked = encryptedSshKey()

  private constructor(sandbox: SharedSandbox, work: string) {
    this.sandbox = sandbox
    this.work = work
  }

  static async open(flux: string): Promise<RecoverDesk> {
    const sandbox = await sharedSandbox('pin', flux)
    const desk = new RecoverDesk(sandbox, await mkdtemp(join(tmpdir(), 'flux-ops-recover-')))
    await desk.#learn()
    return desk
  }

  async close(): Promise<void> {
    this.#servers?.close()
    await this.#ssh?.close()
    await this.#moving?.close()
    await this.sandbox.release()
    await rm(this.work, { recursive: true, force: true })
  }

  async #learn(): Promise<void> {
    const first = async (kind: string): Promise<{ url: string; secretRef: { name: string }; ref?: { tag?: string } }> =>
      JSON.parse(await this.kubectl('get', kind, '-n', 'flux-system', '-o', 'json')).items[0].spec
    const { url, secretRef } = await first('gitrepositories.source.toolkit.fluxcd.io')
    const { data } = JSON.parse(await this.kubectl('get', 'secret', '-n', 'flux-system', secretRef.name, '-o', 'json'))
    const clear = (value: string): string => Buffer.from(value, 'base64').toString()
    this.#url = url
    this.#password = { username: clear(data.username), password: clear(data.password) }
    const { url: artifact, ref } = await first('ocirepositories.source.toolkit.fluxcd.io')
    this.#artifact = { url: artifact, tag: ref?.tag ?? '' }
    this.#api = await this.kubectl('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}')
    this.#servers = await startServers()
    await makeEmptyRepository(join(this.sandbox.paths.git, 'empty.git'))
  }

  /** Two real sshd before the repositories of this sandbox: builds it the first time. */
  async startSsh(): Promise<void> {
    const { sshd = '' } = await namedTools(['ssh'], () => {})
    this.#ssh = await startSshd(sshd, join(this.work, 'sshd'))
    this.#moving = await startSshd(sshd, join(this.work, 'sshd-moving'))
  }

  kubectl(...args: string[]): Promise<string> {
    return this.#tool('kubectl', args)
  }

  async apply(objects: readonly object[]): Promise<void> {
    if (objects.length > 0)
      await this.#tool('kubectl', ['apply', '--server-side', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  }

  async #tool(name: string, args: readonly string[], stdin = '', cwd = this.sandbox.paths.repo): Promise<string> {
    const file = name === 'git' ? 'git' : join(this.sandbox.paths.bin, name)
    return (await runTool(file, args, environment({ dir: this.sandbox.paths.dir }), { stdin, cwd, timeoutMs: PATIENCE_MS })).stdout
  }

  place({ id }: Provoked): Place {
    const names = { namespace: `s-${id}`, credential: CREDENTIAL, otherKey: OTHER_KEY, path: `./scenarios/${id}` }
    const registry = new URL(this.#artifact.url.replace(/^oci:/, 'http:')).host
    const ssh = { ...this.#overSsh(this.#ssh), stranger: this.#stranger, locked: this.#locked }
    const server = this.#servers?.url ?? ''
    return {
      ...names,
      url: this.#url,
      registry,
      artifact: this.#artifact,
      charts: server,
      server,
      api: this.#api,
      ssh,
      moving: this.#overSsh(this.#moving),
    }
  }

  #overSsh = (server: SshServer | undefined): OverSsh => ({
    url: `${server?.url ?? 'ssh://nobody@127.0.0.1:1'}${this.sandbox.paths.git}/home-ops.git`,
    identity: server?.identity ?? '',
    knownHosts: server?.knownHosts() ?? '',
  })

  /** The files of all of them by one commit, then namespaces, Secrets and objects, and at last what is to come once they have failed. */
  async provoke(scenarios: readonly Provoked[]): Promise<void> {
    await this.push(...scenarios)
    const places = scenarios.map((scenario) => this.place(scenario))
    await this.apply(places.map(({ namespace }) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })))
    const key = await this.#tool('age-keygen', [])
    await this.apply(
      places.flatMap((place) => [
        this.#secret(place, CREDENTIAL, this.#password),
        this.#secret(place, 'wrong', { ...this.#password, password: 'no' }),
        this.#secret(place, OTHER_KEY, { 'age.agekey': key }),
      ]),
    )
    await this.apply(scenarios.flatMap((scenario) => scenario.before?.(this.place(scenario)) ?? []))
    await this.apply(scenarios.flatMap((scenario) => scenario.objects(this.place(scenario))))
    for (const scenario of scenarios) await this.#goOn(scenario)
  }

  /** Their files, by one commit. */
  async push(...scenarios: readonly Provoked[]): Promise<void> {
    await this.#push(
      scenarios.map((scenario) => ({ path: this.place(scenario).path, files: scenario.files ?? NOTHING, sealed: scenario.sealed })),
    )
  }

  async #push(folders: readonly Folder[], removed: readonly string[] = []): Promise<void> {
    const files: Record<string, string> = {}
    for (const { path, files: own, sealed = {} } of folders) {
      for (const [name, text] of Object.entries(own)) files[join(path, name)] = text
      for (const [name, text] of Object.entries(sealed)) files[join(path, name)] = await this.#seal(text)
    }
    await push(files, removed, { url: this.#url, work: this.work, git: (args, cwd) => this.#tool('git', args, '', cwd) })
  }

  /** By the real sops, to a key that is forgotten at once. */
  async #seal(text: string): Promise<string> {
    const recipient = /age1[0-9a-z]+/.exec(await this.#tool('age-keygen', []))?.[0] ?? ''
    const how = ['--filename-override', 'secret.yaml', '--age', recipient, '--encrypted-regex', '^(data|stringData)$']
    return this.#tool('sops', ['encrypt', ...how], text, this.work)
  }

  async #goOn(scenario: Provoked): Promise<void> {
    const place = this.place(scenario)
    const later = scenario.later?.(place)
    if (later === undefined) return
    const ready = `--for=condition=Ready=${later.is === 'ready' ? 'True' : 'False'}`
    await this.kubectl('wait', later.once, '-n', place.namespace, ready, '--timeout=240s')
    await this.change(place, later)
  }

  async change(place: Place, { files, removes = [], objects = [], deletes = [], rekey = false, loses = [] }: Change): Promise<void> {
    if (rekey) await this.#moving?.rekey()
    for (const what of loses) this.#lost.add(join(this.sandbox.paths.controllers, 'source-controller', 'data', what))
    for (const path of this.#lost) await rm(path, { recursive: true, force: true })
    if (files !== undefined)
      await this.#push(
        [{ path: place.path, files }],
        removes.map((name) => join(place.path, name)),
      )
    for (const what of deletes) await this.kubectl('delete', what, '-n', place.namespace, '--wait=false', '--ignore-not-found')
    await this.apply(objects)
  }

  /** What a person puts right before a fix can help. */
  async mend(scenario: Provoked): Promise<void> {
    const place = this.place(scenario)
    const mended = scenario.mended?.(place)
    if (mended !== undefined) await this.change(place, mended)
  }

  #secret = ({ namespace }: Place, name: string, stringData: object): object => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    stringData,
  })

  /** As a person types it. */
  async tool(name: string, args: readonly string[]): Promise<{ readonly code: number }> {
    const { exitCode } = await runTool(join(this.sandbox.paths.bin, name), args, environment({ dir: this.sandbox.paths.dir }), {
      allowFailure: true,
    })
    return { code: exitCode }
  }

  /** What an object says of itself: `True`, `False` or `Unknown`; `none` where it has no such condition, `gone` where it is not there. */
  async standing(label: string): Promise<string> {
    const [kind = '', id = ''] = label.split(' ')
    const [namespace = '', name = ''] = id.split('/')
    const text = await this.kubectl('get', kind, name, '-n', namespace, '-o', 'json', '--ignore-not-found')
    if (text.trim() === '') return 'gone'
    const conditions: { type: string; status: string }[] = JSON.parse(text).status?.conditions ?? []
    return conditions.find(({ type }) => type === 'Ready')?.status ?? 'none'
  }

  /** Waits until an object says that of itself: a controller takes it up every now and then, and it is `Unknown` for that long. */
  async stands(label: string, as: RegExp): Promise<void> {
    await waitUntil(`${label} says ${as.source}`, async () => as.test(await this.standing(label)), { withinMs: 120_000 })
  }

  /** The built program. */
  flux(...args: string[]): Promise<Said> {
    return runBuilt(this.sandbox.paths, args, { state: join(this.work, 'state') })
  }

  async diagnosis(): Promise<Diagnosis> {
    return JSON.parse((await this.flux('recover', '--json')).stdout) as Diagnosis
  }

  /** The diagnosis once it names all of these, or as it is after that time. */
  async until(expected: readonly Expected[]): Promise<Diagnosis> {
    const isNamed = (one: Expected, { causes }: Diagnosis): boolean =>
      matches(
        one,
        causes.find(({ object }) => object === one.object),
      )
    const areNamed = (diagnosis: Diagnosis): boolean => expected.every((one) => isNamed(one, diagnosis))
    const diagnosis = await this.once(areNamed)
    if (areNamed(diagnosis)) return diagnosis
    // A reconcile that was under way when an artifact went has put it back.
    for (const path of this.#lost) await rm(path, { recursive: true, force: true })
    return this.once(areNamed)
  }

  /** The diagnosis once that holds, or as it is after that time. */
  async once(holds: (diagnosis: Diagnosis) => boolean, withinMs = 120_000): Promise<Diagnosis> {
    let last: Diagnosis | undefined
    const look = async (): Promise<boolean> => {
      last = await this.diagnosis()
      return holds(last)
    }
    await waitUntil('the diagnosis', look, { withinMs }).catch(() => undefined)
    return last as Diagnosis
  }

  /** Ends with the next reset. */
  async stopGit(): Promise<void> {
    await stopProcess({ name: this.sandbox.name, root: this.sandbox.root }, 'git-server')
  }
}

export const matches = (expected: Expected, found: Finding | undefined): boolean =>
  found !== undefined &&
  found.state === expected.state &&
  found.blocks.join() === [...expected.blocks].sort().join() &&
  found.evidence.some(({ text }) => expected.says.test(text))

/** Causes of this namespace, and of elsewhere what something of this namespace waits for. */
export const causesIn = ({ causes }: Diagnosis, { namespace }: Place): Finding[] =>
  causes.filter(({ object, blocks }) => [object, ...blocks].some((one) => one.includes(` ${namespace}/`)))
