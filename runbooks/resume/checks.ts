// Whether these objects may be let go here and now, and whose decision it was that they stand still.
import { answersOf, counted, pass } from '../../src/actions/checks/answers.ts'
import { mayDo } from '../../src/actions/checks/permissions.ts'
import { suspensionAccess } from '../../src/actions/suspension/access.ts'
import { isNamed, seenOnce } from '../../src/actions/suspension/choose.ts'
import { FLUX_HERE, fluxIsHere } from '../../src/actions/suspension/flux-here.ts'
import { answers } from '../../src/actions/suspension/prove.ts'
import type { Check } from '../../src/engine/model.ts'
import { appliedBy } from '../../src/flux/applied-by.ts'
import { objectLabel } from '../../src/flux/kinds.ts'
import { isSwitchInGit, suspensionOf, suspensionText } from '../../src/flux/suspension.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { type Chosen, chosenOf, runOf } from './chosen.ts'
import type { ResumeInput } from './input.ts'

type ResumeCheck = Check<ResumeInput>

const answersHere = answersOf('resume')
const { fail, failOn, refused, unknown } = answersHere

const fluxHere: ResumeCheck = { ...FLUX_HERE, probe: (ctx) => fluxIsHere(ctx, answersHere) }

const read = async (ctx: ReadContext, input: ResumeInput): Promise<Chosen> => chosenOf(ctx, input, await seenOnce(ctx))

const heldHints = ({ held }: Chosen): string[] => [...new Set(held.map((object) => `flux-ops runs resume ${runOf(object)}`))]

const found: ResumeCheck = {
  id: 'objects-found',
  title: 'every object that is named is there, and something is suspended',
  severity: 'gate',
  probe: async (ctx, input) => {
    try {
      const chosen = await read(ctx, input)
      if (chosen.targets.length > 0) return pass(counted(chosen.targets.length, 'object'))
      const what = chosen.held.length > 0 ? 'runs of flux-ops hold what is suspended' : 'nothing of it is suspended'
      return fail('objects-found', what, [...heldHints(chosen), 'flux-ops status'])
    } catch (error) {
      return refused('objects-found', error)
    }
  },
}

const notHeld: ResumeCheck = {
  id: 'not-held',
  title: 'no run of flux-ops holds one of them',
  severity: 'warning',
  probe: async (ctx, input) => {
    const chosen = await read(ctx, input)
    const items = chosen.held.map((object) => ({
      where: objectLabel(object),
      what: `held by run ${runOf(object)}, which lets it go; left as it is`,
    }))
    return failOn(
      'not-held',
      items,
      (count) => `${counted(count, 'object is', 'objects are')} held, and not resumed by this`,
      ...heldHints(chosen),
    )
  },
}

const allSuspended: ResumeCheck = {
  id: 'all-suspended',
  title: 'every object that is named is suspended',
  severity: 'warning',
  probe: async (ctx, input) => {
    const items = (await read(ctx, input)).going.map((object) => ({ where: objectLabel(object), what: 'is not suspended; left as it is' }))
    return failOn('all-suspended', items, (count) => `${counted(count, 'object is', 'objects are')} not suspended`)
  },
}

const yours: ResumeCheck = {
  id: 'suspended-by-you',
  title: 'nobody else has suspended one of them for a reason',
  severity: 'warning',
  probe: async (ctx, input) => {
    const now = ctx.clock.now().toISOString()
    const items = (await read(ctx, input)).targets.flatMap((object) => {
      const suspension = suspensionOf(object, now)
      if (suspension === undefined || suspension.by === ctx.operator || suspension.reason === null) return []
      return [{ where: objectLabel(object), what: suspensionText(suspension, now) }]
    })
    return failOn(
      'suspended-by-you',
      items,
      (count) => `${counted(count, 'object is', 'objects are')} suspended by somebody else`,
      'ask them before you go on',
    )
  },
}

const notInGit: ResumeCheck = {
  id: 'not-suspended-in-git',
  title: 'git does not say that one of them is suspended',
  severity: 'error',
  probe: async (ctx, input) => {
    const items = (await read(ctx, input)).targets.filter(isSwitchInGit).map((object) => ({
      where: objectLabel(object),
      what: `${appliedBy(object) ?? 'what applies it'} suspends it again with its next apply`,
    }))
    const hints = ['take spec.suspend out of its manifest in git instead', 'to do it until then:  --waive not-suspended-in-git="why"']
    return failOn(
      'not-suspended-in-git',
      items,
      (count) => `${counted(count, 'object is', 'objects are')} suspended by what git says`,
      ...hints,
    )
  },
}

const answering: ResumeCheck = {
  id: 'can-be-asked',
  title: 'each of them has a controller that reconciles it when it is asked',
  severity: 'gate',
  probe: async (ctx, input) => {
    if (!input.once) return { status: 'skip', reason: 'asked with --once only' }
    const items = (await read(ctx, input)).targets
      .filter((object) => !answers(object))
      .map((object) => ({ where: objectLabel(object), what: 'nothing reconciles it: there is no once' }))
    return failOn('can-be-asked', items, (count) => `${counted(count, 'object')} cannot be asked`, 'resume without --once')
  },
}

const permissions: ResumeCheck = {
  id: 'permissions',
  title: 'you may change all of them',
  severity: 'error',
  probe: async (ctx, input) => {
    const { targets } = await read(ctx, input)
    return mayDo(ctx, answersHere, async () => suspensionAccess(targets, ctx.target.namespace))
  },
}

const everythingSeen: ResumeCheck = {
  id: 'everything-seen',
  title: 'every kind of Flux could be listed',
  severity: 'warning',
  probe: async (ctx, input) => {
    const { unseen } = await seenOnce(ctx)
    if (unseen.length === 0) return pass()
    const what = isNamed(input)
      ? 'what they depend on is not all known, and the order may be wrong'
      : 'the choice is among what you may see'
    return unknown('everything-seen', `${what}: ${unseen.slice(0, 3).join('; ')}`)
  },
}

export const checks: readonly ResumeCheck[] = [
  fluxHere,
  found,
  answering,
  permissions,
  notInGit,
  notHeld,
  allSuspended,
  yours,
  everythingSeen,
]
