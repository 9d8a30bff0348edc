// Wraps the ports of one run: writes down what passes, and ends the process at the chosen point. No other code knows of it.
import { appendFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { World } from '../../../src/adapters/context.ts'
import { createGit } from '../../../src/adapters/git.ts'
import { formatLine } from '../../../src/engine/chain.ts'
import type { RunEvent } from '../../../src/engine/events.ts'
import type { Command, Exec } from '../../../src/ports/exec.ts'
import type { Files } from '../../../src/ports/files.ts'
import type { Forge } from '../../../src/ports/forge.ts'
import type { Kube, KubeObject, Resource } from '../../../src/ports/kube.ts'
import type { Journal, RunStore } from '../../../src/ports/runs.ts'
import { die, dieDuring, type Effect } from './kill.ts'
import { eventName, type KillPoint, LEASE_GIVEN_BACK, LEASE_TAKEN, type Seen } from './points.ts'

export interface Watch {
  readonly point: KillPoint | undefined
  note(seen: Seen): void
}

interface Run extends Watch {
  step: string | undefined
  readonly calls: Map<string, number>
}

/** One write call; `step` undefined: not counted. */
async function write<T>(run: Run, step: string | undefined, what: string, effect: Effect, work: () => Promise<T>): Promise<T> {
  if (step === undefined) return work()
  const call = (run.calls.get(step) ?? 0) + 1
  run.calls.set(step, call)
  run.note({ type: 'call', step, call, what })
  const { point } = run
  if (point?.where !== 'middle' || point.step !== step || !(point.call === undefined ? point.what === what : point.call === call))
    return work()
  run.note({ type: 'kill', point })
  return dieDuring(effect, work)
}

const isAt = ({ point }: Run, where: 'after' | 'before' | 'torn', event: string): boolean => point?.where === where && point.event === event

function killAt(run: Run): never {
  if (run.point) run.note({ type: 'kill', point: run.point })
  die()
}

/** Half of a line without its end: what is on the disk when the power goes in the middle of a write. */
function tear(dir: string, event: RunEvent): void {
  const line = formatLine(0, new Date().toISOString(), '0'.repeat(64), event)
  appendFileSync(join(dir, 'journal.jsonl'), Buffer.from(line).subarray(0, Math.floor(line.length / 2)))
}

function watchedJournal(run: Run, dir: string, journal: Journal): Journal {
  run.note({ type: 'run', run: basename(dir) })
  const append = async (event: RunEvent): Promise<void> => {
    const name = eventName(event)
    if (isAt(run, 'before', name)) killAt(run)
    if (isAt(run, 'torn', name)) {
      tear(dir, event)
      killAt(run)
    }
    await journal.append(event)
    run.note({ type: 'event', event: name, ...(event.type === 'step.started' && { kind: event.kind }) })
    if (isAt(run, 'after', name)) killAt(run)
    if (event.type === 'step.started' || event.type === 'undo.started') run.step = event.id
    if (/^(step|undo)\.(finished|failed)$/.test(event.type)) run.step = undefined
  }
  return { append, close: async () => journal.close?.() }
}

const watchedRuns = (run: Run, runs: RunStore): RunStore => ({
  list: () => runs.list(),
  read: (id) => runs.read(id),
  dir: (id) => runs.dir(id),
  create: async (id) => watchedJournal(run, runs.dir(id), await runs.create(id)),
  open: async (id) => watchedJournal(run, runs.dir(id), await runs.open(id)),
})

/** A renewal in the background belongs to no step. */
function stepOfWrite(run: Run, resource: Resource, object?: KubeObject): string | undefined {
  if (resource.plural !== 'leases') return run.step
  if (!object?.spec?.holderIdentity) return LEASE_GIVEN_BACK
  return run.calls.has(LEASE_TAKEN) ? undefined : LEASE_TAKEN
}

function watchedKube(run: Run, kube: Kube): Kube {
  const label = (verb: string, { kind }: Resource, { name }: { name: string }): string => `${verb} ${kind} ${name}`
  const request = <T>(verb: string, resource: Resource, name: { name: string }, work: () => Promise<T>, object?: KubeObject): Promise<T> =>
    write(run, stepOfWrite(run, resource, object), label(verb, resource, name), 'request', work)
  return {
    identity: () => kube.identity(),
    server: () => kube.server(),
    get: (resource, name, options) => kube.get(resource, name, options),
    list: (resource, options) => kube.list(resource, options),
    pages: (resource, options) => kube.pages(resource, options),
    kinds: (groups) => kube.kinds(groups),
    serves: (resource) => kube.serves(resource),
    canI: (asked) => kube.canI(asked),
    logs: (pod, options) => kube.logs(pod, options),
    create: (resource, object) => request('create', resource, object.metadata, () => kube.create(resource, object), object),
    replace: (resource, object, options) =>
      request('replace', resource, object.metadata, () => kube.replace(resource, object, options), object),
    patch: (resource, name, type, body, options) => request('patch', resource, name, () => kube.patch(resource, name, type, body, options)),
    delete: (resource, name) => request('delete', resource, name, () => kube.delete(resource, name)),
  }
}

/** `git push`, `kubectl apply`: the tool and its verb. */
function toolName({ tool, args }: Command): string {
  const words = args.filter((arg, index) => !arg.startsWith('-') && args[index - 1] !== '-c' && args[index - 1] !== '--context')
  return [tool, words[0]].filter(Boolean).join(' ')
}

const watchedExec = (run: Run, exec: Exec): Exec => ({
  show: (command) => exec.show(command),
  run: (command) => {
    run.note({ type: 'argv', argv: [command.tool, ...command.args] })
    if (command.effect === 'read') return exec.run(command)
    return write(run, run.step, toolName(command), 'process', () => exec.run(command))
  },
})

function watchedFiles(run: Run, files: Files): Files {
  const named = <T>(verb: string, path: string, work: () => Promise<T>): Promise<T> =>
    write(run, run.step, `${verb} ${path.split('/').at(-1)}`, { file: path }, work)
  return {
    exists: (path) => files.exists(path),
    readText: (path) => files.readText(path),
    readBytes: (path) => files.readBytes(path),
    walk: (root) => files.walk(root),
    inside: (root, path) => files.inside(root, path),
    sha256: (path) => files.sha256(path),
    writeText: (path, text, options) => named('write', path, () => files.writeText(path, text, options)),
    createText: (path, text) => named('create', path, () => files.createText(path, text)),
    createBytes: (path, bytes) => named('create', path, () => files.createBytes(path, bytes)),
    replaceText: (path, text) => named('replace', path, () => files.replaceText(path, text)),
    swapText: (path, was, text) => named('swap', path, () => files.swapText(path, was, text)),
    makeDir: (path) => named('make', path, () => files.makeDir(path)),
    remove: (path) => named('remove', path, () => files.remove(path)),
  }
}

const watchedForge = (run: Run, forge: Forge): Forge => ({
  as: (access) => watchedForge(run, forge.as(access)),
  detect: (url) => forge.detect(url),
  mayPush: (repo) => forge.mayPush(repo),
  find: (repo, branches) => forge.find(repo, branches),
  get: (repo, number) => forge.get(repo, number),
  open: (repo, draft) => write(run, run.step, 'open a pull request', 'request', () => forge.open(repo, draft)),
  exists: (repo) => forge.exists(repo),
  deployKeys: (repo) => forge.deployKeys(repo),
  create: (repo, how) => write(run, run.step, 'make a repository', 'request', () => forge.create(repo, how)),
  addDeployKey: (repo, key) => write(run, run.step, 'register a deploy key', 'request', () => forge.addDeployKey(repo, key)),
  removeDeployKey: (repo, id) => write(run, run.step, 'remove a deploy key', 'request', () => forge.removeDeployKey(repo, id)),
  close: (repo, number) => write(run, run.step, 'close a pull request', 'request', () => forge.close(repo, number)),
})

/** git is built anew over the watched exec, so that each of its commands is a call of its own. */
export function decorate(watch: Watch): (world: World) => World {
  return (world) => {
    const run: Run = { ...watch, step: undefined, calls: new Map() }
    const exec = watchedExec(run, world.exec)
    return {
      clock: world.clock,
      env: world.env,
      exec,
      git: createGit(exec),
      kube: watchedKube(run, world.kube),
      files: watchedFiles(run, world.files),
      forge: watchedForge(run, world.forge),
      charts: world.charts,
      runs: watchedRuns(run, world.runs),
    }
  }
}
