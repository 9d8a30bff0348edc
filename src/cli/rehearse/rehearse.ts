// A rehearsal from its beginning to its end: copy, sandbox, the old release at rest, the upgrade itself, and nothing of it left.
import { readInstance } from '../../actions/flux-instance.ts'
import { surveyRepository } from '../../actions/repository-survey.ts'
import { DEPLOYMENT, idOf } from '../../actions/resources.ts'
import { sideBySide } from '../../actions/side-by-side.ts'
import type { RunResult } from '../../engine/run.ts'
import { messageOf, OpsError } from '../../errors.ts'
import { verdict } from '../../flux/conditions.ts'
import type { KubeObject } from '../../ports/kube.ts'
import { type Captured, labelOf } from '../../rehearsal/captured.ts'
import { type CloneEdits, cloneEdits } from '../../rehearsal/clone-files.ts'
import { failureOf } from '../../rehearsal/findings.ts'
import { holdsOf } from '../../rehearsal/holds.ts'
import { adaptInstance, adaptRelease, assertPublic, type CapturedOperator, operatorVersion } from '../../rehearsal/operator.ts'
import { ownSource, SECRET_NAME } from '../../rehearsal/own-source.ts'
import { replant } from '../../rehearsal/replant.ts'
import type { NotRehearsed, Rehearsal } from '../../rehearsal/report.ts'
import { valueFiles } from '../../rehearsal/secret-shapes.ts'
import { settle, unrealControllers } from '../../rehearsal/settle.ts'
import { assertOperatorRunnable, assertRunnable, commitToReplica, type Replica, replicaUp } from '../../sandbox/index.ts'
import type { Invocation } from '../invocation.ts'
import { loadRunbook } from '../load-runbook.ts'
import { openPlace, type Place } from './place.ts'
import type { Planned } from './planned.ts'
import { openStage, type Stage } from './stage.ts'
import { stepsIn } from './steps-in.ts'
import { type Teller, teller } from './tell.ts'

export interface RehearseRequest {
  readonly planned: Planned
  readonly captured: Captured
  /** Version of the API server, as it says it. */
  readonly kubernetes: string | undefined
  readonly json: boolean
}

interface Work extends RehearseRequest {
  readonly invocation: Invocation
  readonly tell: Teller
  readonly phases: { name: string; seconds: number }[]
  /** Called at the end, the last first. */
  readonly atEnd: (() => void | Promise<void>)[]
}

/** Nothing in a cluster moves for this long: what is not ready by then is not going to be. */
const QUIET_MS = 45_000

const stopped = (): OpsError =>
  new OpsError({
    code: 'interrupted',
    message: 'the rehearsal was stopped; nothing is left of it',
    hints: ['start it again'],
    exit: 'interrupted',
  })

/** `good`: whether what came of it is what was wanted. */
async function timed<T>(
  { invocation, tell, phases }: Work,
  name: string,
  work: () => Promise<T>,
  good: (result: T) => boolean = () => true,
): Promise<T> {
  if (invocation.signal.aborted) throw stopped()
  tell.line({ mark: '►', text: name })
  const start = performance.now()
  const end = (mark: '✔' | '⚠'): void => {
    const ms = performance.now() - start
    phases.push({ name, seconds: ms / 1000 })
    tell.line({ mark, text: name, ms })
  }
  try {
    const result = await work()
    end(good(result) ? '✔' : '⚠')
    return result
  } catch (error) {
    end('⚠')
    throw error
  }
}

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

const described = (edits: CloneEdits, captured: Captured, kubernetes: string | undefined, here: string): string[] => {
  const files = (what: 'url' | 'sealed'): string => counted(edits.edits.filter((edit) => edit.what === what).length, 'file')
  return [
    `Kubernetes ${here}${kubernetes === undefined || kubernetes === here ? '' : `; the cluster runs ${kubernetes}`}`,
    `in a commit of the copy: the git server of the sandbox, in ${files('url')}`,
    `in the same commit: made-up values for what SOPS has sealed, in ${files('sealed')}`,
    'no event of a controller is sent on',
    `made-up values under their own keys: ${counted(captured.secrets.length, 'Secret')}`,
  ]
}

const COMMIT = 'chore: what is different in a rehearsal\n\nThe git server of the sandbox, and made-up values for what is sealed.'

interface Prepared {
  readonly stage: Stage
  readonly replica: Replica
  readonly notRehearsed: readonly NotRehearsed[]
  readonly different: readonly string[]
}

const suspendedIn = ({ objects }: Captured): NotRehearsed[] =>
  objects
    .filter((object) => verdict(object).state === 'suspended')
    .map((object) => ({ what: labelOf(object), why: 'suspended in the cluster' }))

/** Of a Flux that it keeps. Throws `rehearsal-operator` or `rehearsal-source` (refused) where it cannot be run here. */
function operatorOf({ planned, captured }: RehearseRequest): CapturedOperator | undefined {
  if (!planned.operator || captured.operator === undefined) return undefined
  const deployments = captured.system.filter(({ resource }) => resource.kind === DEPLOYMENT.kind).map(({ object }) => object)
  assertOperatorRunnable(operatorVersion(deployments))
  assertPublic(captured.operator.instances)
  return captured.operator
}

async function prepare(work: Work, place: Place): Promise<Prepared> {
  const { planned, captured, kubernetes, tell, invocation } = work
  const { repo } = planned
  const operator = operatorOf(work)
  const replica = await timed(work, 'sandbox with a copy of the repository', () =>
    replicaUp(
      {
        name: place.name,
        root: place.root,
        releases: planned.releases,
        operator: operator !== undefined,
        clone: repo,
        signal: invocation.signal,
      },
      tell.line,
    ),
  )
  const { remote, paths } = replica
  const stage = await openStage(invocation, {
    dir: paths.dir,
    namespace: captured.namespace,
    password: remote.password,
    progress: tell.wait,
  })
  work.atEnd.push(() => stage.close())
  const own = ownSource(captured.objects, repo.source, remote)
  const files = valueFiles(captured.objects)
  const edits = cloneEdits((await surveyRepository(stage.ctx, paths.repo)).files, { from: own.url, to: remote.url, files })
  await commitToReplica(replica, edits.edits, COMMIT)
  const holds = holdsOf(captured.objects, repo.source)
  const renamed = { from: own.url, to: remote.url, secret: SECRET_NAME }
  const instances = (operator?.instances ?? []).map((instance) => adaptInstance(instance, renamed))
  const adapt = (object: KubeObject): KubeObject => (operator === undefined ? own.adapt(object) : adaptRelease(own.adapt(object), renamed))
  const forged = { ageKey: replica.ageKey, files, values: own.values }
  const refused = await timed(work, `Flux ${planned.from} as it is in the cluster`, () =>
    replant(stage.ctx, { captured, holds, forged, own: adapt, instances }),
  )
  const unready = await timed(work, 'everything reconciled by the old release', () =>
    settle(stage.ctx, QUIET_MS, () => sideBySide(instances, 4, (each) => readInstance(stage.ctx.kube, idOf(each)))),
  )
  const notRehearsed = [
    ...holds.map(({ object, why }) => ({ what: labelOf(object), why })),
    ...suspendedIn(captured),
    ...(operator?.others ?? []),
    ...refused,
    ...unready,
    ...edits.closed.map((path) => ({ what: path, why: 'sealed in a way that nothing can stand in for' })),
    ...(await unrealControllers(stage.ctx)),
  ]
  const here = (await stage.ctx.kube.identity()).version
  return { stage, replica, notRehearsed, different: described(edits, captured, kubernetes, here) }
}

const unique = (all: readonly NotRehearsed[]): NotRehearsed[] => [
  ...new Map(all.map((each) => [`${each.what} ${each.why}`, each])).values(),
]

const sentence = (result: RunResult['state']['checks'][number]['result']): string =>
  result.status === 'fail' ? result.detail : result.status === 'unknown' ? result.cause : result.status

async function perform(work: Work, { stage, replica, notRehearsed, different }: Prepared): Promise<Omit<Rehearsal, 'seconds'>> {
  const { planned, tell, phases, invocation } = work
  const runbook = await loadRunbook('upgrade')
  const { to, via, timeoutSeconds, migrateWith } = planned
  const input = { to, via, repo: replica.paths.repo, timeoutSeconds, ...(migrateWith && { migrateWith }) }
  const result = await timed(
    work,
    `upgrade to ${planned.to}`,
    () => stage.play(runbook, input, tell.event),
    ({ outcome }) => outcome === 'done',
  )
  if (invocation.signal.aborted) throw stopped()
  const { state } = result
  const error = result.error ?? state.error
  const { files } = await surveyRepository(stage.ctx, replica.paths.repo)
  const outcome = result.outcome === 'done' ? 'passed' : result.outcome === 'failed' ? 'failed' : 'unknown'
  const open = state.checks.filter(({ result: { status } }) => status === 'fail' || status === 'unknown')
  const gates = open.filter(({ severity }) => severity === 'gate').map(({ id, result: said }) => `${id}: ${sentence(said)}`)
  const said =
    error ??
    (outcome === 'passed' ? undefined : { code: result.outcome, message: gates.join('\n') || `it ended as ${result.outcome}`, hints: [] })
  return {
    outcome,
    from: planned.from,
    to: planned.to,
    phases,
    steps: stepsIn(state),
    ...(said && { failure: failureOf(said, files) }),
    passedOver: open.filter(({ severity }) => severity === 'error').map(({ id, result: why }) => ({ check: id, says: sentence(why) })),
    notRehearsed: unique([...notRehearsed, ...(await unrealControllers(stage.ctx))]),
    different,
  }
}

/** Nothing is kept from it but what is given back. Throws OpsError `rehearsal-release` or `interrupted`; any other failure is the answer `unknown`. */
export async function rehearse(invocation: Invocation, request: RehearseRequest): Promise<Rehearsal> {
  const { planned } = request
  assertRunnable(planned.releases)
  const start = performance.now()
  const work: Work = { ...request, invocation, tell: teller(request.json), phases: [], atEnd: [] }
  const place = await openPlace(invocation.env)
  work.atEnd.push(() => place.remove())
  try {
    const played = await perform(work, await prepare(work, place))
    return { ...played, seconds: (performance.now() - start) / 1000 }
  } catch (error) {
    if (invocation.signal.aborted) throw stopped()
    if (!(error instanceof OpsError) || ['refused', 'interrupted', 'bug'].includes(error.exit)) throw error
    const failure = { code: error.code, message: messageOf(error), where: [], hints: error.hints }
    const nothing = { steps: [], passedOver: [], notRehearsed: [], different: [] }
    const { from, to } = planned
    return { outcome: 'unknown', from, to, seconds: (performance.now() - start) / 1000, phases: work.phases, failure, ...nothing }
  } finally {
    for (const end of work.atEnd.toReversed()) await end()
  }
}
