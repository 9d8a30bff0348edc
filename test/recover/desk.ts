// A sandbox in which states are provoked, and the built program that has to find them.
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Diagnosis } from '../../src/diagnosis/diagnose.ts'
import type { Finding } from '../../src/diagnosis/finding.ts'
import { environment, stopProcess } from '../../src/sandbox/index.ts'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { runTool } from '../../src/sandbox/run-tool.ts'
import { runBuilt, type Said } from '../helpers/built-program.ts'
import { type SharedSandbox, sharedSandbox } from '../helpers/shared-sandbox.ts'
import type { Expected, Place, Provoked } from './scenario.ts'

const CREDENTIAL = 'git-credential'
const OTHER_KEY = 'other-key'

const INDEX = `apiVersion: v1
entries:
  web:
    - apiVersion: v2
      name: web
      version: 0.1.0
      urls: [web-0.1.0.tgz]
`

export class RecoverDesk {
  readonly sandbox: SharedSandbox
  readonly work: string
  #url = ''
  #password = { username: '', password: '' }
  #registry = ''
  readonly #charts: Server = createServer((request, response) =>
    request.url === '/index.yaml' ? response.end(INDEX) : response.writeHead(404).end(),
  )

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
    this.#charts.close()
    this.#charts.closeAllConnections()
    await this.sandbox.release()
    await rm(this.work, { recursive: true, force: true })
  }

  async #learn(): Promise<void> {
    const first = async (kind: string): Promise<{ url: string; secretRef: { name: string } }> =>
      JSON.parse(await this.kubectl('get', kind, '-n', 'flux-system', '-o', 'json')).items[0].spec
    const { url, secretRef } = await first('gitrepositories.source.toolkit.fluxcd.io')
    const { data } = JSON.parse(await this.kubectl('get', 'secret', '-n', 'flux-system', secretRef.name, '-o', 'json'))
    const clear = (value: string): string => Buffer.from(value, 'base64').toString()
    this.#url = url
    this.#password = { username: clear(data.username), password: clear(data.password) }
    this.#registry = new URL((await first('ocirepositories.source.toolkit.fluxcd.io')).url.replace(/^oci:/, 'http:')).host
    await once(this.#charts.listen(0, '127.0.0.1'), 'listening')
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
    return (await runTool(file, args, environment({ dir: this.sandbox.paths.dir }), { stdin, cwd })).stdout
  }

  place({ id }: Provoked): Place {
    const charts = `http://127.0.0.1:${(this.#charts.address() as AddressInfo).port}`
    const names = { namespace: `s-${id}`, credential: CREDENTIAL, otherKey: OTHER_KEY, path: `./scenarios/${id}` }
    return { ...names, url: this.#url, registry: this.#registry, charts }
  }

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
    const dir = await mkdtemp(join(this.work, 'clone-'))
    await this.#tool('git', ['clone', '--quiet', this.#url, dir])
    for (const scenario of scenarios) {
      const files = Object.entries(scenario.files ?? { 'a.yaml': '# nothing\n' })
      const sealed = Object.entries(scenario.sealed ?? {}).map(async ([name, text]) => [name, await this.#seal(text)] as const)
      for (const [name, text] of [...files, ...(await Promise.all(sealed))]) {
        const file = join(dir, this.place(scenario).path, name)
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, text)
      }
    }
    await this.#tool('git', ['add', '--all'], '', dir)
    await this.#tool('git', ['commit', '--quiet', '-m', 'Scenarios'], '', dir)
    await this.#tool('git', ['push', '--quiet', 'origin', 'HEAD:main'], '', dir)
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
    await this.kubectl('wait', later.once, '-n', place.namespace, ready, '--timeout=60s')
    await this.apply(later.objects ?? [])
    if (later.deletes !== undefined) await this.kubectl('delete', later.deletes, '-n', place.namespace, '--wait=false')
  }

  #secret = ({ namespace }: Place, name: string, stringData: object): object => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    stringData,
  })

  flux(...args: string[]): Promise<Said> {
    return runBuilt(this.sandbox.paths, args, { state: join(this.work, 'state') })
  }

  async diagnosis(): Promise<Diagnosis> {
    return JSON.parse((await this.flux('recover', '--json')).stdout) as Diagnosis
  }

  /** The diagnosis once it names all of these, or as it is after that time. */
  until(expected: readonly Expected[]): Promise<Diagnosis> {
    const isNamed = (one: Expected, { causes }: Diagnosis): boolean =>
      matches(
        one,
        causes.find(({ object }) => object === one.object),
      )
    return this.once((diagnosis) => expected.every((one) => isNamed(one, diagnosis)))
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

  /** Its pod ends, and every one after it right after its start. Ends with the next reset. */
  async crash(component: string): Promise<void> {
    const inFlux = (...args: string[]): Promise<string> => this.kubectl('-n', 'flux-system', ...args)
    const image = await inFlux('get', 'deployment', component, '-o', 'jsonpath={.spec.template.spec.containers[0].image}')
    await writeFile(this.sandbox.paths.faults, JSON.stringify({ crash: [image.split('@')[0]?.split('/').at(-1)] }))
    await inFlux('delete', 'pod', '-l', `app=${component}`)
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
