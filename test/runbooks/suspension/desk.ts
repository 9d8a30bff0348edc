// A chain of Kustomizations that real controllers reconcile in a namespace of its own, and the built program to suspend and resume it with.
import type { Diagnosis } from '../../../src/diagnosis/diagnose.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { waitUntil } from '../../../src/sandbox/processes.ts'
import type { Said } from '../../helpers/built-program.ts'
import { RecoverDesk } from '../../recover/desk.ts'
import { configMap, kustomization, type Place, type Provoked, source } from '../../recover/scenario.ts'
import { type DriveInput, type Driven, drive } from '../desk.ts'

export const KINDS: Readonly<Record<string, string>> = {
  a: 'kustomizations.kustomize.toolkit.fluxcd.io',
  b: 'kustomizations.kustomize.toolkit.fluxcd.io',
  c: 'kustomizations.kustomize.toolkit.fluxcd.io',
  src: 'gitrepositories.source.toolkit.fluxcd.io',
}

/** What suspensions leave at an object, run ids and times apart. */
export interface Look {
  readonly suspend: boolean
  readonly notes: Readonly<Record<string, string>>
}

const MINE = /^flux-ops\.dev\//

/** src → a → b → c. */
const chain = (id: string): Provoked => ({
  id,
  title: id,
  files: { 'a.yaml': configMap('a') },
  objects: (place) => [
    source(place),
    kustomization(place, 'a', { interval: '1h' }),
    kustomization(place, 'b', { interval: '1h', dependsOn: [{ name: 'a' }] }),
    kustomization(place, 'c', { interval: '1h', dependsOn: [{ name: 'b' }] }),
  ],
})

export class SuspensionDesk {
  readonly recover: RecoverDesk
  readonly place: Place

  private constructor(recover: RecoverDesk, place: Place) {
    this.recover = recover
    this.place = place
  }

  static async open(flux: string, id = 'still'): Promise<SuspensionDesk> {
    const recover = await RecoverDesk.open(flux)
    await recover.provoke([chain(id)])
    const desk = new SuspensionDesk(recover, recover.place(chain(id)))
    await desk.ready('a', 'b', 'c')
    return desk
  }

  close(): Promise<void> {
    return this.recover.close()
  }

  get paths() {
    return this.recover.sandbox.paths
  }

  kubectl(...args: string[]): Promise<string> {
    return this.recover.kubectl('-n', this.place.namespace, ...args)
  }

  async ready(...names: string[]): Promise<void> {
    await Promise.all(names.map((name) => this.kubectl('wait', `${KINDS[name]}/${name}`, '--for=condition=Ready', '--timeout=90s')))
  }

  /** A run that was killed and put away with nothing to take back leaves its lease to run out. */
  async leaseIsFree(): Promise<void> {
    const isFree = async (): Promise<boolean> => {
      const text = await this.recover.kubectl('-n', 'flux-system', 'get', 'lease', 'flux-ops', '-o', 'json', '--ignore-not-found')
      const { holderIdentity, renewTime, leaseDurationSeconds } = text.trim() === '' ? {} : JSON.parse(text).spec
      return !holderIdentity || Date.now() > Date.parse(renewTime) + 1000 * leaseDurationSeconds
    }
    await waitUntil('the lease is free', isFree, { withinMs: 60_000 })
  }

  async object(name: string): Promise<KubeObject> {
    return JSON.parse(await this.kubectl('get', KINDS[name] ?? '', name, '-o', 'json', '--show-managed-fields')) as KubeObject
  }

  async look(name: string): Promise<Look> {
    const { metadata, spec } = await this.object(name)
    const notes = Object.entries(metadata.annotations ?? {}).filter(([key]) => MINE.test(key))
    return { suspend: spec?.suspend === true, notes: Object.fromEntries(notes) }
  }

  async looks(...names: string[]): Promise<Record<string, Look>> {
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await this.look(name)] as const)))
  }

  /** As flux-ops leaves it, or with null as the flux CLI leaves one that it has resumed. */
  async set(name: string, notes: Readonly<Record<string, string>> | null, manager = 'flux-ops'): Promise<void> {
    const none = ['by', 'reason', 'at', 'until', 'run'].map((key) => [`flux-ops.dev/suspended-${key}`, null] as const)
    const annotations = { ...Object.fromEntries(none), 'flux-ops.dev/resumed-run': null, 'flux-ops.dev/held-by': null, ...notes }
    const body = JSON.stringify({ metadata: { annotations }, spec: { suspend: notes === null ? null : true } })
    await this.kubectl('patch', KINDS[name] ?? '', name, '--type=merge', `--field-manager=${manager}`, '-p', body)
  }

  async free(...names: string[]): Promise<void> {
    const looks = await this.looks(...names)
    const bound = names.filter((name) => looks[name]?.suspend === true || Object.keys(looks[name]?.notes ?? {}).length > 0)
    await Promise.all(bound.map((name) => this.set(name, null)))
    await this.ready(...bound)
  }

  name(name: string): string {
    return `${name === 'src' ? 'gitrepo' : 'ks'}/${this.place.namespace}/${name}`
  }

  flux(...args: string[]): Promise<Said> {
    return this.recover.flux(...args)
  }

  diagnosis(): Promise<Diagnosis> {
    return this.recover.diagnosis()
  }

  drive(options: Omit<DriveInput, 'dir'>): Promise<Driven> {
    return drive({ ...options, dir: this.paths.dir })
  }

  /** So that it cannot become Ready; or as it was. */
  async breaks(name: string, isBroken = true): Promise<void> {
    const path = isBroken ? './no/such/folder' : this.place.path
    await this.kubectl('patch', KINDS[name] ?? '', name, '--type=merge', '-p', JSON.stringify({ spec: { path, timeout: '10s' } }))
  }

  applyAgain(): Promise<void> {
    return this.recover.apply(chain(this.place.namespace.replace(/^s-/, '')).objects(this.place))
  }

  /** What was deleted is there again. */
  async restoreChain(): Promise<void> {
    await this.until('the deleted to be gone', async () => !(await this.kubectl('get', 'ks', '-o', 'name')).includes('/c\n'))
    await this.applyAgain()
    await this.ready('a', 'b', 'c')
  }

  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    await waitUntil(what, holds, { withinMs: 60_000 })
  }
}
