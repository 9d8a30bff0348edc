// Deleted, and still there: a finalizer that nobody takes off. A deletion that takes its time is no cause.
import { durationMs } from '../tried-again.ts'
import { eventTime } from '../world.ts'
import { type Case, explained, never, person, type State } from './case.ts'

const isOfFlux = (finalizer: string): boolean => finalizer.includes('fluxcd.io')

/** What it cleans up may take as long as its timeout, and as long again. */
const LONGEST_MS = 10 * 60_000

const FAILED = /UninstallFailed|PruneFailed|pruning for deleted resource failed|failed to wait for resources termination/

const NEVER = never('taking the finalizer off by hand: what it would have deleted or left in order stays behind', {
  does: 'drop-finalizers',
})

/** What its controller has said since the deletion. */
function failedSince({ world, label, conditions }: Case, deleted: string): boolean {
  const events = world.events(label).map((event) => ({ text: `${event.reason} ${event.message}`, at: eventTime(event) }))
  const told = conditions.map(({ reason, message, at }) => ({ text: `${reason} ${message}`, at: at ?? '' }))
  return [...events, ...told].some(({ text, at }) => Date.parse(at) >= Date.parse(deleted) && FAILED.test(text))
}

export const terminating: State = (found) => {
  const { object, verdict, world } = found
  const deleted = object.metadata.deletionTimestamp
  if (verdict.state !== 'terminating' || deleted === undefined) return undefined
  const { finalizers = [], name, namespace } = object.metadata
  const others = finalizers.filter((one) => !isOfFlux(one))
  const evidence = [{ kind: 'spec' as const, what: 'metadata.finalizers', text: finalizers.join(', '), at: deleted }]
  if (others.length > 0 && others.length === finalizers.length)
    return explained(found, {
      state: 'deletion-held',
      says: `it was deleted, Flux is done with it, and it waits for whoever has set ${others.join(', ')}`,
      evidence,
      fixes: [person('see who sets that finalizer, and whether that still runs'), NEVER],
    })
  const age = Date.parse(world.snapshot.takenAt) - Date.parse(deleted)
  const failed = failedSince(found, deleted)
  if (!failed && !(age > LONGEST_MS + 2 * (durationMs(object.spec?.timeout) ?? 0))) return undefined
  return explained(found, {
    state: 'deletion-stuck',
    says: `it was deleted, and its controller does not get done with it: ${finalizers.filter(isOfFlux).join(', ')}`,
    certainty: failed ? 'certain' : 'likely',
    evidence,
    fixes: [
      person(
        'see what its controller says of it: it takes the finalizer off once it has cleaned up',
        `flux logs --kind ${object.kind} --name ${name} -n ${namespace} --since 1h`,
      ),
      NEVER,
    ],
  })
}
