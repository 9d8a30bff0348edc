// Whether these objects can be suspended, whose they are, and what it does to others.
import { answersOf, counted, pass } from '../../src/actions/checks/answers.ts'
import { mayDo } from '../../src/actions/checks/permissions.ts'
import { suspensionAccess } from '../../src/actions/suspension/access.ts'
import { isNamed, seenOnce } from '../../src/actions/suspension/choose.ts'
import { FLUX_HERE, fluxIsHere } from '../../src/actions/suspension/flux-here.ts'
import type { Check } from '../../src/engine/model.ts'
import { isSuspended } from '../../src/flux/conditions.ts'
import { objectLabel } from '../../src/flux/kinds.ts'
import { switchOf } from '../../src/flux/suspendable.ts'
import { HELD, suspensionOf, suspensionText } from '../../src/flux/suspension.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { KubeObject } from '../../src/ports/kube.ts'
import { type Chosen, chosenOf, isHeld } from './chosen.ts'
import { dependants, gitSays, pruned } from './consequences.ts'
import type { SuspendInput } from './input.ts'

type SuspendCheck = Check<SuspendInput>

const answersHere = answersOf('suspend')
const { fail, failOn, refused, unknown } = answersHere

const fluxHere: SuspendCheck = { ...FLUX_HERE, probe: (ctx) => fluxIsHere(ctx, answersHere) }

const read = async (ctx: ReadContext, input: SuspendInput): Promise<Chosen & { all: readonly KubeObject[] }> => {
  const seen = await seenOnce(ctx)
  return { ...(await chosenOf(ctx, input, seen)), all: seen.objects }
}

const found: SuspendCheck = {
  id: 'objects-found',
  title: 'every object that is named is there',
  severity: 'gate',
  probe: async (ctx, input) => {
    try {
      const { targets, already } = await read(ctx, input)
      if (targets.length > 0) return pass(counted(targets.length, 'object'))
      const said =
        already.length === 0
          ? 'nothing fits the choice'
          : `nothing is left: ${counted(already.length, 'object is', 'objects are')} suspended already`
      return fail('objects-found', said, ['flux get all -A'])
    } catch (error) {
      return refused('objects-found', error)
    }
  },
}

const possible: SuspendCheck = {
  id: 'can-be-suspended',
  title: 'all of them can be suspended',
  severity: 'gate',
  probe: async (ctx, input) => {
    const { targets } = await read(ctx, input)
    const items = targets.flatMap((object) => {
      const where = objectLabel(object)
      if (object.metadata.deletionTimestamp !== undefined)
        return [{ where, what: 'is being deleted: suspended, it would leave behind what it has applied' }]
      return switchOf(object) === undefined ? [{ where, what: `${object.kind} has no spec.suspend at ${object.apiVersion}` }] : []
    })
    return failOn('can-be-suspended', items, (count) => `${counted(count, 'object')} cannot be`)
  },
}

const notHeld: SuspendCheck = {
  id: 'not-held',
  title: 'no run of flux-ops holds one of them',
  severity: 'gate',
  probe: async (ctx, input) => {
    const held = (await read(ctx, input)).targets.filter(isHeld)
    const runs = [...new Set(held.map(({ metadata }) => metadata.annotations?.[HELD] ?? ''))]
    const items = held.map((object) => ({
      where: objectLabel(object),
      what: `held by run ${object.metadata.annotations?.[HELD]}, which lets it go`,
    }))
    const hints = runs.map((run) => `flux-ops runs resume ${run}`)
    return failOn('not-held', items, (count) => `${counted(count, 'object is', 'objects are')} held`, ...hints)
  },
}

const nobodyElses: SuspendCheck = {
  id: 'not-suspended-by-others',
  title: 'nobody else has suspended one of them for a reason',
  severity: 'error',
  probe: async (ctx, input) => {
    const now = ctx.clock.now().toISOString()
    const owner = input.owner ?? ctx.operator
    const items = (await read(ctx, input)).targets.flatMap((object) => {
      const suspension = suspensionOf(object, now)
      if (suspension === undefined || suspension.by === owner || (suspension.reason === null && suspension.until === null)) return []
      return [{ where: objectLabel(object), what: suspensionText(suspension, now) }]
    })
    const hints = ['ask them; to put your name and reason over theirs:  --waive not-suspended-by-others="why"']
    return failOn('not-suspended-by-others', items, (count) => `${counted(count, 'object is', 'objects are')} somebody else's`, ...hints)
  },
}

const gitAgrees: SuspendCheck = {
  id: 'git-agrees',
  title: 'git does not say that they go on',
  severity: 'warning',
  probe: async (ctx, input) => {
    const { targets, all } = await read(ctx, input)
    const items = targets.filter((object) => !isSuspended(object)).flatMap((object) => gitSays(object, all))
    const hint = 'take spec.suspend out of its manifest, or set it to true there; or suspend what applies it as well'
    return failOn('git-agrees', items, (count) => `${counted(count, 'object')} will be resumed by what applies it`, hint)
  },
}

const notPruned: SuspendCheck = {
  id: 'not-pruned',
  title: 'what applies them does not prune them',
  severity: 'warning',
  probe: async (ctx, input) => {
    const { targets, all } = await read(ctx, input)
    const items = pruned(targets, all)
    return failOn(
      'not-pruned',
      items,
      () => 'taken out of git while it is suspended, one leaves behind what it has applied',
      'resume it before you take it out of git',
    )
  },
}

const nobodyWaits: SuspendCheck = {
  id: 'nobody-waits',
  title: 'nothing else waits for them once git changes',
  severity: 'warning',
  probe: async (ctx, input) => {
    const { targets, all } = await read(ctx, input)
    const items = dependants(targets, all)
    return failOn('nobody-waits', items, () => 'others apply nothing from the next revision of their source on')
  },
}

const expiry: SuspendCheck = {
  id: 'expiry-given',
  title: 'it is said when it is to end',
  severity: 'warning',
  probe: async (_ctx, { until }) =>
    until === undefined
      ? fail('expiry-given', 'without an end it is forgotten more easily', ['--for 4h, --for 2d or --until 2026-11-23T08:00:00Z'])
      : pass(until),
}

const permissions: SuspendCheck = {
  id: 'permissions',
  title: 'you may change all of them',
  severity: 'error',
  probe: async (ctx, input) => {
    const { targets } = await read(ctx, input)
    return mayDo(ctx, answersHere, async () => suspensionAccess(targets, ctx.target.namespace))
  },
}

const everythingSeen: SuspendCheck = {
  id: 'everything-seen',
  title: 'every kind of Flux could be listed',
  severity: 'warning',
  probe: async (ctx, input) => {
    const { unseen } = await seenOnce(ctx)
    if (unseen.length === 0) return pass()
    const what = isNamed(input) ? 'what depends on them is not all known' : 'the choice is among what you may see'
    return unknown('everything-seen', `${what}: ${unseen.slice(0, 3).join('; ')}`)
  },
}

export const checks: readonly SuspendCheck[] = [
  fluxHere,
  found,
  possible,
  notHeld,
  nobodyElses,
  permissions,
  gitAgrees,
  notPruned,
  nobodyWaits,
  expiry,
  everythingSeen,
]
