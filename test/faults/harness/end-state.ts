// What a finished run has left behind, read by git and kubectl, so that a run that was killed can be laid beside one that was not.
import { join } from 'node:path'
import { systemClock } from '../../../src/adapters/clock.ts'
import { createRunStore } from '../../../src/adapters/run-store.ts'
import { replay } from '../../../src/engine/replay.ts'
import type { Fixture } from '../../runbooks/fixture.ts'
import { stateHome } from './cli.ts'

/** The same for every way to the same end. */
export interface EndState {
  /** Tree of the remote branch: pins and contents of every file. */
  readonly tree: string
  /** Commits of this run on the remote branch. */
  readonly commits: number
  /** How often the remote branch was moved. */
  readonly pushes: number
  readonly workTree: string
  readonly inStep: boolean
  readonly images: readonly string[]
  readonly processes: readonly string[]
  readonly storedVersions: Readonly<Record<string, readonly string[]>>
  /** Revision of each Helm release: more than the reference has is an upgrade that was done twice. */
  readonly releases: readonly string[]
  readonly objects: readonly string[]
  readonly outcome: string
  /** Steps that the journal says have ended more or less than once. */
  readonly endedTwice: readonly string[]
  readonly leaseHolder: string
}

interface FluxObject {
  kind: string
  metadata: { namespace: string; name: string; generation?: number; annotations?: Record<string, string> }
  spec?: { suspend?: boolean }
  status?: {
    observedGeneration?: number
    lastHandledReconcileAt?: string
    conditions?: { type: string; status: string; reason?: string }[]
    history?: { version?: number }[]
  }
}

const KINDS = [
  ...['gitrepositories', 'ocirepositories', 'helmcharts', 'buckets'].map((each) => `${each}.source.toolkit.fluxcd.io`),
  'kustomizations.kustomize.toolkit.fluxcd.io',
  'helmreleases.helm.toolkit.fluxcd.io',
].join(',')

const readyOf = ({ status }: FluxObject) => status?.conditions?.find((each) => each.type === 'Ready')

/** Flux looks at everything again by itself, at any moment. What it is looking at just then is read once more; what has failed is not. */
const LOOKS = 60

async function objectsOf(sandbox: Fixture, looks = LOOKS): Promise<FluxObject[]> {
  const { items } = JSON.parse(await sandbox.run('kubectl', 'get', KINDS, '-A', '-o', 'json')) as { items: FluxObject[] }
  if (looks === 0 || !items.some((each) => readyOf(each)?.status === 'Unknown')) return items
  await systemClock.sleep(1_000)
  return objectsOf(sandbox, looks - 1)
}

/** `Kustomization flux-system/apps: ready, reconciled for this run`, or what is missing. */
function standing(object: FluxObject, token: string): string {
  const { metadata, status = {} } = object
  const ready = readyOf(object)
  const faults = [
    ready?.status === 'True' ? '' : `not ready (${ready?.status} ${ready?.reason})`,
    status.observedGeneration === metadata.generation ? '' : 'has not seen its last generation',
    metadata.annotations?.['reconcile.fluxcd.io/requestedAt'] === token ? '' : 'was not asked by this run',
    status.lastHandledReconcileAt === token ? '' : 'has not answered this run',
  ].filter(Boolean)
  const told = object.spec?.suspend === true ? 'suspended' : faults.join(', ') || 'ready, reconciled for this run'
  return `${object.kind} ${metadata.namespace}/${metadata.name}: ${told}`
}

const lines = (text: string): string[] => text.split('\n').filter(Boolean)

async function journalOf(root: string, runId: string): Promise<Pick<EndState, 'outcome' | 'endedTwice'>> {
  const store = createRunStore({ root, clock: systemClock, redactor: { clean: (text) => text }, pid: process.pid })
  const stored = await store.read(runId) // throws when the chain does not hold
  const state = replay(stored.lines, stored.tornBytes)
  const ends = stored.lines.flatMap(({ event }) => (event.type === 'step.finished' ? [event.id] : []))
  const planned = state.steps.map((step) => step.id)
  const endedTwice = planned.filter((id) => ends.filter((each) => each === id).length !== 1)
  return { outcome: state.outcome ?? state.phase, endedTwice }
}

async function gitOf(sandbox: Fixture, runId: string): Promise<Pick<EndState, 'tree' | 'commits' | 'pushes' | 'workTree' | 'inStep'>> {
  const bare = join(sandbox.paths.git, 'home-ops.git')
  const at = (...args: string[]): Promise<string> => sandbox.run('git', '-C', bare, ...args)
  const [tree, commits, moves, workTree, here, there] = await Promise.all([
    at('rev-parse', 'main^{tree}'),
    at('log', '--format=%H', `--grep=^Flux-Ops-Run: ${runId}$`, 'main'),
    at('reflog', 'show', '--format=%H', 'main'),
    sandbox.git('status', '--porcelain'),
    sandbox.git('rev-parse', 'HEAD'),
    at('rev-parse', 'main'),
  ])
  return { tree: tree.trim(), commits: lines(commits).length, pushes: lines(moves).length, workTree, inStep: here === there }
}

const runsOfProgram = (sandbox: Fixture): string => join(stateHome(sandbox.paths), 'flux-ops', 'runs')

/** `token`: what the objects were asked with last; the run's id, and of a chain the last hop's. `runs`: folder of the journals. */
export async function endState(sandbox: Fixture, runId: string, token = runId, runs = runsOfProgram(sandbox)): Promise<EndState> {
  const [git, journal, images, processes, storedVersions, objects, lease] = await Promise.all([
    gitOf(sandbox, runId),
    journalOf(runs, runId),
    sandbox.images(),
    sandbox.processes(),
    sandbox.storedVersions(),
    objectsOf(sandbox),
    sandbox.run('kubectl', '-n', 'flux-system', 'get', 'lease', 'flux-ops', '-o', 'jsonpath={.spec.holderIdentity}'),
  ])
  return {
    ...git,
    ...journal,
    images,
    processes,
    storedVersions,
    releases: objects
      .filter((each) => each.kind === 'HelmRelease')
      .map((each) => `${each.metadata.name} ${each.status?.history?.[0]?.version}`),
    objects: objects.map((each) => standing(each, token)).sort(),
    leaseHolder: lease,
  }
}
