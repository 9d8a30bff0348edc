// Asks Flux to fetch all the time, and keeps whatever a source, an event or the log says of a fetch that failed.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../../src/adapters/clock.ts'
import { openWorld } from '../../../src/adapters/context.ts'
import { createRedactor } from '../../../src/adapters/redactor.ts'
import { createRunStore } from '../../../src/adapters/run-store.ts'
import type { KubeObject, Resource } from '../../../src/ports/kube.ts'
import { waitUntil } from '../../../src/sandbox/processes.ts'
import type { CredentialsDesk } from './desk.ts'

const SOURCE: Resource = {
  group: 'source.toolkit.fluxcd.io',
  version: 'v1',
  plural: 'gitrepositories',
  kind: 'GitRepository',
  namespaced: true,
}
const EVENT: Resource = { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true }
const REQUEST = 'reconcile.fluxcd.io/requestedAt'

export interface Watched {
  /** Each once. */
  readonly failures: readonly string[]
  /** Requests of the watcher that were answered. */
  readonly fetches: number
}

const conditions = ({ status }: KubeObject): { type: string; status: string; message: string }[] => status?.conditions ?? []

const saysFailed = (source: KubeObject): string[] =>
  conditions(source)
    .filter(({ type, status }) => (type === 'FetchFailed' && status === 'True') || (type === 'Ready' && status === 'False'))
    .map(({ type, message }) => `${source.metadata.name} ${type}: ${message}`)

async function logLines(desk: CredentialsDesk): Promise<string[]> {
  const folder = join(desk.sandbox.paths.dir, 'logs')
  const names = (await readdir(folder)).filter((name) => name.startsWith('source-controller-'))
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.flatMap((text) => text.split('\n')).filter((line) => /"level":"error"/.test(line) && /GitRepository/.test(line))
}

const isFailure = (event: KubeObject): boolean => event.type === 'Warning' && event.involvedObject?.kind === 'GitRepository'

/** Ends with the work; one more fetch before it and behind it. */
export async function watched(desk: CredentialsDesk, work: () => Promise<unknown>): Promise<Watched> {
  const abort = new AbortController()
  const redactor = createRedactor()
  const runs = createRunStore({ root: join(desk.work, 'none'), clock: systemClock, redactor, pid: process.pid })
  const common = { namespace: 'flux-system', runs, redactor, signal: abort.signal, userAgent: 'watcher' }
  const { world, close } = await openWorld({ env: desk.env, ...common })
  const eventsOf = async (): Promise<KubeObject[]> => (await world.kube.list(EVENT, { namespace: 'flux-system' })).filter(isFailure)
  const [oldLines, oldEvents] = [new Set(await logLines(desk)), new Set((await eventsOf()).map(({ metadata }) => metadata.resourceVersion))]
  const failures = new Set<string>()
  let [fetches, asked, over] = [0, '', false]
  const look = async (): Promise<void> => {
    while (!over) {
      const source = await world.kube.get(SOURCE, { name: desk.sourceName, namespace: 'flux-system' })
      if (source === undefined) throw new Error('the source is gone')
      for (const line of saysFailed(source)) failures.add(line)
      const isOurs = source.metadata.annotations?.[REQUEST] === asked
      const isAnswered = source.status?.lastHandledReconcileAt === asked
      if (isOurs && !isAnswered) continue
      if (asked !== '' && isAnswered) fetches += 1
      asked = systemClock.now().toISOString()
      const body = { metadata: { annotations: { [REQUEST]: asked } } }
      await world.kube.patch(SOURCE, { name: desk.sourceName, namespace: 'flux-system' }, 'merge', body, { fieldManager: 'watcher' })
    }
  }
  const looking = look()
  const oneMore = async (): Promise<void> => {
    const enough = fetches + 1
    await waitUntil('one more fetch', async () => fetches >= enough, { withinMs: 60_000 })
  }
  try {
    await oneMore()
    await work()
    await oneMore()
  } finally {
    over = true
    await looking
    for (const event of await eventsOf())
      if (!oldEvents.has(event.metadata.resourceVersion)) failures.add(`${event.reason}: ${event.message}`)
    close()
  }
  for (const line of await logLines(desk)) if (!oldLines.has(line)) failures.add(line)
  return { failures: [...failures], fetches }
}
