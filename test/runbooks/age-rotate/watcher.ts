// Asks Flux to reconcile every Kustomization all the time, and keeps whatever it says of a decryption that failed.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../../src/adapters/clock.ts'
import { openWorld } from '../../../src/adapters/context.ts'
import { createRedactor } from '../../../src/adapters/redactor.ts'
import { createRunStore } from '../../../src/adapters/run-store.ts'
import type { KubeObject, Resource } from '../../../src/ports/kube.ts'
import { waitUntil } from '../../../src/sandbox/processes.ts'
import type { RotationDesk } from './desk.ts'

const KUSTOMIZATION: Resource = {
  group: 'kustomize.toolkit.fluxcd.io',
  version: 'v1',
  plural: 'kustomizations',
  kind: 'Kustomization',
  namespaced: true,
}

/** What decrypts a file, of style pin. */
const DECRYPTING = ['cluster', 'cluster-apps', 'cluster-apps-hello']

const REQUEST = 'reconcile.fluxcd.io/requestedAt'

/** As kustomize-controller words it: internal/decryptor. */
const FAILED = /decrypt|sops data key|no identity matched|age identit|keys\.txt/i

export interface Watched {
  /** What Flux said of decryptions that failed, each once. */
  readonly failures: readonly string[]
  /** By Kustomization: how many requests were answered with Ready: what waits for another has decrypted nothing. */
  readonly reconciliations: Readonly<Record<string, number>>
}

async function logText(desk: RotationDesk): Promise<string> {
  const { dir } = desk.sandbox.paths
  const names = (await readdir(join(dir, 'logs'))).filter((name) => name.startsWith('kustomize-controller-'))
  return (await Promise.all(names.map((name) => readFile(join(dir, 'logs', name), 'utf8')))).join('\n')
}

const linesOf = (text: string): string[] => text.split('\n').filter(Boolean)

const saysFailed = (object: KubeObject): string[] =>
  ((object.status?.conditions ?? []) as { type: string; status: string; message: string }[])
    .filter(({ status, message }) => status !== 'True' && FAILED.test(message))
    .map(({ type, message }) => `${object.metadata.name} ${type}: ${message}`)

const isReady = ({ status }: KubeObject): boolean =>
  ((status?.conditions ?? []) as { type: string; status: string }[]).some((one) => one.type === 'Ready' && one.status === 'True')

/** Ends with the work. Every look asks each Kustomization anew; the log of the controller tells what happened between two looks. */
export async function watched(desk: RotationDesk, work: () => Promise<unknown>): Promise<Watched> {
  const abort = new AbortController()
  const redactor = createRedactor()
  const runs = createRunStore({ root: join(desk.work, 'none'), clock: systemClock, redactor, pid: process.pid })
  const { world, close } = await openWorld({
    env: desk.env,
    namespace: 'flux-system',
    runs,
    redactor,
    signal: abort.signal,
    userAgent: 'watcher',
  })
  const before = new Set(linesOf(await logText(desk)))
  const failures = new Set<string>()
  const reconciliations: Record<string, number> = {}
  const answers: Record<string, number> = {}
  const asked = new Map<string, string>()
  let over = false
  const look = async (): Promise<void> => {
    while (!over) {
      const objects = await world.kube.list(KUSTOMIZATION)
      for (const object of objects) {
        for (const line of saysFailed(object)) failures.add(line)
        const { name, namespace } = object.metadata
        // Again as soon as our last request is answered, or somebody else's took its place; `flux reconcile` writes the time as well.
        const isOurs = object.metadata.annotations?.[REQUEST] === asked.get(name)
        const isAnswered = object.status?.lastHandledReconcileAt === asked.get(name)
        if (asked.has(name) && isOurs && !isAnswered) continue
        if (asked.has(name) && isAnswered) answers[name] = (answers[name] ?? 0) + 1
        if (asked.has(name) && isAnswered && isReady(object)) reconciliations[name] = (reconciliations[name] ?? 0) + 1
        asked.set(name, systemClock.now().toISOString())
        const body = { metadata: { annotations: { [REQUEST]: asked.get(name) } } }
        await world.kube.patch(KUSTOMIZATION, { name, namespace }, 'merge', body, { fieldManager: 'watcher' })
      }
    }
  }
  const looking = look()
  const fewest = (): number => Math.min(...DECRYPTING.map((name) => answers[name] ?? 0))
  const oneMore = async (): Promise<void> => {
    const enough = fewest() + 1
    await waitUntil('everything that decrypts to be reconciled', async () => fewest() >= enough, { withinMs: 120_000 })
  }
  try {
    // It is at work before the first step, and still behind the last.
    await oneMore()
    await work()
    await oneMore()
  } finally {
    over = true
    await looking
    close()
  }
  const lines = linesOf(await logText(desk)).filter((line) => !before.has(line))
  for (const line of lines) if (/"level":"error"/.test(line) && FAILED.test(line)) failures.add(line)
  return { failures: [...failures], reconciliations }
}
