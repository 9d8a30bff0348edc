// States with a remedy, brought about once, and the cluster put back to them.

import { join } from 'node:path'
import type { Diagnosis } from '../../../src/diagnosis/diagnose.ts'
import { environment } from '../../../src/sandbox/index.ts'
import { waitUntil } from '../../../src/sandbox/processes.ts'
import { type Answer, onTerminal, type Typed } from '../../helpers/on-terminal.ts'
import { RecoverDesk } from '../../recover/desk.ts'
import type { Place, Provoked } from '../../recover/scenario.ts'
import type { State } from './states.ts'

const BROKEN = 'broken'

export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

export class FixDesk {
  readonly recover: RecoverDesk
  readonly #states: readonly State[]

  private constructor(recover: RecoverDesk, states: readonly State[]) {
    this.recover = recover
    this.#states = states
  }

  /** Each state is there, and named as a cause. */
  static async open(flux: string, states: readonly State[]): Promise<FixDesk> {
    const desk = new FixDesk(await RecoverDesk.open(flux), states)
    await desk.recover.provoke(states)
    for (const state of states) await state.break?.(desk.recover, desk.recover.place(state))
    await desk.#named()
    return desk
  }

  async #named(): Promise<void> {
    const causes = this.#states.map((state) => state.cause(this.place(state)))
    const missing = ({ causes: found }: Diagnosis): string[] => causes.filter((cause) => !found.some(({ object }) => object === cause))
    const diagnosis = await this.recover.once((found) => missing(found).length === 0)
    if (missing(diagnosis).length > 0) throw new Error(`not named: ${missing(diagnosis)}\n${JSON.stringify(diagnosis.causes, null, 1)}`)
  }

  keep(): Promise<void> {
    return this.recover.sandbox.keep(BROKEN)
  }

  /** Back to what was kept. */
  reset(): Promise<void> {
    return this.recover.sandbox.reset(BROKEN, () => this.#named())
  }

  close(): Promise<void> {
    return this.recover.close()
  }

  place(state: Provoked): Place {
    return this.recover.place(state)
  }

  /** `Kind/namespace/name`, as it is typed. */
  typed(state: State): string {
    return state.cause(this.place(state)).replace(' ', '/')
  }

  mend(state: State): Promise<void> {
    return state.mend?.(this.recover, this.place(state)) ?? Promise.resolve()
  }

  async object(
    kind: string,
    namespace: string,
    name: string,
  ): Promise<
    | {
        metadata: { uid: string; resourceVersion: string; annotations?: Record<string, string> }
        spec: { replicas?: number }
        status?: { conditions?: Condition[] }
      }
    | undefined
  > {
    const text = await this.recover.kubectl('get', kind, name, '-n', namespace, '-o', 'json', '--ignore-not-found')
    return text.trim() === '' ? undefined : JSON.parse(text)
  }

  async ready(kind: string, namespace: string, name: string): Promise<string | undefined> {
    return (await this.object(kind, namespace, name))?.status?.conditions?.find(({ type }) => type === 'Ready')?.status
  }

  onTerminal(args: readonly string[], answers: readonly Answer[]): Promise<Typed> {
    const { sandbox, work } = this.recover
    const env = { ...environment({ dir: sandbox.paths.dir }), USER: 'tester', XDG_STATE_HOME: join(work, 'state') }
    return onTerminal(args, answers, { cwd: sandbox.paths.repo, env })
  }

  /** Scaled to 0 by somebody who has told Flux to leave it so: it applies its own controllers, and would start it again. */
  async stop(component: string): Promise<void> {
    const inFlux = (...args: string[]): Promise<string> => this.recover.kubectl('-n', 'flux-system', ...args)
    const own = (await inFlux('get', 'kustomizations', '-o', 'name')).trim().split('\n')
    await inFlux('patch', ...own, '--type=merge', '-p', JSON.stringify({ spec: { suspend: true } }))
    // An apply that is under way goes on, and would start it again.
    await inFlux('wait', ...own, '--for=condition=Ready=True', '--timeout=120s')
    await inFlux('scale', 'deployment', component, '--replicas=0')
    await inFlux('wait', 'pod', '-l', `app=${component}`, '--for=delete', '--timeout=60s')
  }

  until(what: string, holds: () => Promise<boolean>): Promise<void> {
    return waitUntil(what, holds, { withinMs: 60_000 })
  }
}
