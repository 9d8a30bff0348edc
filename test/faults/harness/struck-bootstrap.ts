// A bootstrap that is struck by faults: what it ends with, whatever came before.
import { chmod, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { CliResult } from '../../cli/flux-ops.ts'
import { BootstrapDesk } from '../../runbooks/bootstrap/desk.ts'
import type { Strike } from '../../runbooks/upgrade/faults/desk.ts'

type Change = Record<string, Record<string, unknown>>

export const textOf = ({ stdout, stderr }: CliResult): string => `${stdout}${stderr}`
export const runOf = (said: CliResult): string => /\d{8}-\d{6}-bootstrap-[0-9a-f]{4}/.exec(textOf(said))?.[0] ?? 'no run'

/** A command that is run when the step's start is on the disk. */
export const shell = (at: string, command: string): Strike => ({ at, do: 'shell', command })

export class StruckBootstrap {
  readonly desk: BootstrapDesk
  /** Folder of the backups. */
  out = ''

  private constructor(desk: BootstrapDesk) {
    this.desk = desk
  }

  static async open(): Promise<StruckBootstrap> {
    return new StruckBootstrap(await BootstrapDesk.open())
  }

  close = (): Promise<void> => this.desk.close()

  async fresh(): Promise<void> {
    await this.desk.reset()
    await this.unguard()
    this.out = await this.desk.folder()
  }

  async file(change: Change = {}): Promise<string> {
    const backup = { shares: { of: 3, needed: 2 }, out: this.out }
    return this.desk.file({ sops: { key: { generate: 'x25519' }, backup }, wait: { timeout: '30s' }, ...change })
  }

  async begin(strikes: readonly Strike[] = [], change: Change = {}, env: Record<string, string> = {}): Promise<CliResult> {
    return this.desk.struck(strikes, ['bootstrap', '-f', await this.file(change), '--yes'], env)
  }

  resume = (said: CliResult, env: Record<string, string> = {}): Promise<CliResult> =>
    this.desk.struck([], ['runs', 'resume', runOf(said), '--yes'], env)

  abandon = (said: CliResult): Promise<CliResult> => this.desk.struck([], ['runs', 'abandon', runOf(said), '--yes'])

  get #hook(): string {
    return join(this.desk.bare(), 'hooks', 'pre-receive')
  }

  /** The branch takes no pushes, and says so in these words. */
  async guard(words: string): Promise<void> {
    await writeFile(this.#hook, `#!/bin/sh\necho '${words}' >&2\nexit 1\n`)
    await chmod(this.#hook, 0o755)
  }

  unguard = (): Promise<void> => rm(this.#hook, { force: true })

  head = async (): Promise<string> => (await this.desk.run('git', '-C', this.desk.bare(), 'rev-parse', 'main').catch(() => '')).trim()

  namespaces = (): Promise<string> => this.desk.kubectl('get', 'namespaces', '-o', 'name')

  #holder = (): Promise<string> =>
    this.desk.kubectl('-n', 'kube-system', 'get', 'lease', 'flux-ops', '-o', 'jsonpath={.spec.holderIdentity}')

  /** One commit of ours on top of what was there, one key, and Flux at the head. */
  async expectDone(said: CliResult, before: readonly string[] = []): Promise<void> {
    const { desk } = this
    expect(said, textOf(said)).toMatchObject({ code: 0 })
    expect(await desk.log()).toEqual(['Bootstrap cluster prod with Flux 2.9.2', ...before])
    const applied = 'jsonpath={.status.lastAppliedRevision}'
    const revision = await desk.kubectl('-n', 'flux-system', 'get', 'kustomization', 'flux-system', '-o', applied)
    expect(revision).toBe(`main@sha1:${await this.head()}`)
    const key = await desk.kubectl('-n', 'flux-system', 'get', 'secret', 'sops-age', '-o', 'jsonpath={.data.age\\.agekey}')
    expect(
      Buffer.from(key, 'base64')
        .toString()
        .match(/AGE-SECRET-KEY-/g),
    ).toHaveLength(1)
    expect(await this.#holder()).toBe('')
  }

  /** Nothing of the run is left but the key, which may be the only one that opens something. */
  async expectTakenBack(said: CliResult, before: readonly string[] = []): Promise<void> {
    expect(said, textOf(said)).toMatchObject({ code: 0 })
    await this.expectNotYet(before)
    const left = await this.desk.kubectl('-n', 'flux-system', 'get', 'secrets,deployments', '-o', 'name')
    expect(left).toBe('secret/sops-age\n')
    expect(await this.#holder()).toBe('')
  }

  /** Nothing of Flux is in the cluster, and nothing of ours on the branch. */
  async expectNotYet(before: readonly string[] = []): Promise<void> {
    expect(await this.desk.log()).toEqual(before)
    expect(await this.desk.kubectl('get', 'crds', '-o', 'name')).not.toContain('fluxcd.io')
  }
}
