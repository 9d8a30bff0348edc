// Which remedy of which cause is meant. Only what the diagnosis names as a cause is dealt with: what waits for another gets well with that.
import type { Diagnosis } from '../../src/diagnosis/diagnose.ts'
import type { Finding, Fix } from '../../src/diagnosis/finding.ts'
import { isGuarded, type Remedy, type RemedyKind } from '../../src/diagnosis/remedy.ts'
import type { Completed } from '../../src/engine/model.ts'
import { type OpsError, refusal, usageError } from '../../src/errors.ts'
import type { Choice, RecoverInput } from './input.ts'

/** What a shell takes as one word. */
export const typedName = (label: string): string => label.replace(' ', '/')

export const remediesOf = ({ fixes }: Finding): (Fix & { readonly remedy: Remedy })[] =>
  fixes.flatMap((fix) => (fix.remedy === undefined ? [] : [{ ...fix, remedy: fix.remedy }]))

/** What is done where nothing else is asked for: what is safe, or else what a person only has to agree to. */
const usual = (finding: Finding): RemedyKind | undefined => {
  const open = remediesOf(finding).filter(({ remedy }) => !isGuarded(remedy.does))
  return (open.find(({ rank }) => rank === 'safe') ?? open[0])?.remedy.does
}

/** What Flux would do by itself some time later: it needs nobody to look at it before. */
export const isSafe = (finding: Finding): boolean =>
  remediesOf(finding).some(({ rank, remedy }) => rank === 'safe' && remedy.does === 'reconcile')

export const leftLine = ({ object, says }: Finding): string => `${object}: ${says}`

function ofNumber({ causes }: Diagnosis, cause: number): Finding {
  const finding = causes[cause - 1]
  if (finding !== undefined) return finding
  const there = causes.length === 0 ? 'no cause' : causes.length === 1 ? '1 cause' : `${causes.length} causes`
  throw usageError('cause-unknown', `there is no cause ${cause}: ${there} now`, 'flux-ops recover')
}

const isNamed = (label: string, object: string): boolean => {
  const [kind = '', id = ''] = object.split(' ')
  return label === object || (!id.includes('/') && label.startsWith(`${kind} `) && label.endsWith(`/${id}`))
}

const ambiguous = (object: string, found: readonly string[]): OpsError =>
  usageError(
    'object-ambiguous',
    `${object} is in ${found.length} namespaces`,
    `type which:  ${found.slice(0, 5).map(typedName).join(', ')}`,
  )

function ofName({ causes }: Diagnosis, object: string): Finding | undefined {
  const found = causes.filter((finding) => [finding.object, ...finding.also].some((label) => isNamed(label, object)))
  if (found.length > 1)
    throw ambiguous(
      object,
      found.map((finding) => finding.object),
    )
  return found[0]
}

/** Of an object that is no cause: why there is nothing to be done about it. */
function noCause({ causes, moving, suspended }: Diagnosis, object: string): { readonly nothing: string } {
  const named = (label: string): boolean => isNamed(label, object)
  const before = causes.find(({ blocks }) => blocks.some(named))
  if (before !== undefined)
    throw refusal(
      'waits-for-another',
      `${object} only waits for ${before.object}: ${before.says}`,
      `flux-ops recover fix ${typedName(before.object)}`,
    )
  const stopped = suspended.find((one) => named(one.object))
  if (stopped !== undefined)
    throw refusal('suspended', `${stopped.object} is suspended by a person, who knows why`, `flux-ops resume ${typedName(stopped.object)}`)
  const under = moving.find((one) => named(one.object))
  return { nothing: under === undefined ? `${object} is no cause of anything: nothing to be done` : `${under.object} is under way` }
}

const others = (finding: Finding): string[] =>
  remediesOf(finding)
    .filter(({ remedy }) => isGuarded(remedy.does))
    .map(({ remedy, says }) => `never by itself: ${says}:  flux-ops recover fix ${typedName(finding.object)} --with ${remedy.does}`)

function choiceOf(finding: Finding, asked: RemedyKind | undefined): Choice {
  const { object, says, fixes } = finding
  const does = asked ?? usual(finding)
  const by = fixes.filter(({ rank }) => rank === 'person').map((fix) => [fix.says, ...fix.commands].join(':  '))
  if (does === undefined) throw refusal('needs-a-person', `${object}: ${says}`, ...by, ...others(finding))
  if (remediesOf(finding).some(({ remedy }) => remedy.does === does)) return { object, does }
  const known = remediesOf(finding).map(({ remedy }) => remedy.does)
  throw usageError(
    'remedy-unknown',
    `${does} is nothing that is done about ${object}: ${says}`,
    known.length === 0 ? 'flux-ops recover' : `--with ${known.join(' or ')}`,
  )
}

/** Pure. Throws OpsError (usage, refused) where no remedy can be meant. */
export function choose(diagnosis: Diagnosis, input: RecoverInput): Completed<RecoverInput> {
  const done = (chosen: readonly Choice[]): Completed<RecoverInput> => ({ input: { ...input, chosen: [...chosen] } })
  if (input.onlySafe) {
    const chosen = diagnosis.causes.filter(isSafe).map(({ object }): Choice => ({ object, does: 'reconcile' }))
    if (chosen.length > 0) return done(chosen)
    if (diagnosis.causes.length === 0) return { nothing: 'no cause was found: nothing to be done' }
    throw refusal(
      'nothing-safe',
      'nothing that is safe is left to be done',
      ...diagnosis.causes.slice(0, 8).map(leftLine),
      'flux-ops recover',
    )
  }
  const { object, cause } = input
  const finding = cause === undefined ? ofName(diagnosis, object ?? '') : ofNumber(diagnosis, cause)
  return finding === undefined ? noCause(diagnosis, object ?? '') : done([choiceOf(finding, input.with)])
}

/** undefined: it is no cause any more, or another one. */
export const findingOf = (causes: readonly Finding[], { object, does }: Choice): Finding | undefined =>
  causes.find((finding) => finding.object === object && remediesOf(finding).some(({ remedy }) => remedy.does === does))

/** Pure. Of many that may simply be asked again, those that have got well meanwhile, or are at it, are left alone. Throws OpsError (refused) `cause-moved`. */
export function standing(causes: readonly Finding[], { chosen = [], onlySafe }: RecoverInput): readonly Choice[] {
  const still = chosen.filter((choice) => findingOf(causes, choice) !== undefined)
  if (still.length > 0 && (onlySafe || still.length === chosen.length)) return still
  const object = chosen.find((choice) => !still.includes(choice))?.object ?? 'what was chosen'
  throw refusal('cause-moved', `${object} is not what it was a moment ago: nothing was done`, 'flux-ops recover')
}
