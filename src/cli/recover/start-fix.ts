// What was typed, as the input of the runbook `recover`. A name that has to be typed is asked for before the run begins.
import { harmOf, isGuarded, REMEDIES, type RemedyKind } from '../../diagnosis/remedy.ts'
import { refusal, usageError } from '../../errors.ts'
import { FLUX_KINDS } from '../../flux/kinds.ts'
import { type NamedKind, nameLabel, parseObjectNames } from '../../flux/object-names.ts'
import type { Invocation } from '../invocation.ts'
import { loadRunbook } from '../load-runbook.ts'
import { askText, canAsk } from '../prompt.ts'
import type { RunFlags } from '../run-flags.ts'
import type { RunReport } from '../run-report.ts'
import { startRun } from '../run-runbook.ts'

export interface FixRequest {
  /** As typed: a number, or an object. */
  readonly words: readonly string[]
  readonly onlySafe: boolean
  readonly with: string | undefined
  readonly fingerprint: string | undefined
  readonly confirm: string | undefined
  readonly timeoutSeconds: number
  readonly flags: RunFlags
}

/** Controllers are causes as well. */
const KINDS: readonly NamedKind[] = [...FLUX_KINDS, { kind: 'Deployment', group: 'apps', plural: 'deployments', namespaced: true }]

const EXAMPLES = ['flux-ops recover fix 2', 'flux-ops recover fix HelmRelease/media/plex', 'flux-ops recover fix --only-safe']

type Cause = { readonly cause: number } | { readonly object: string } | { readonly onlySafe: true }

function causeOf({ words, onlySafe, flags }: FixRequest): Cause {
  if (onlySafe && words.length > 0)
    throw usageError('cause-twice', '--only-safe deals with every cause that it may: name none', ...EXAMPLES)
  if (onlySafe) return { onlySafe }
  const [word] = words
  if (word === undefined) throw usageError('cause-missing', 'no cause was named', ...EXAMPLES)
  if (words.length === 1 && /^\d{1,5}$/.test(word)) {
    if (flags.yes)
      throw usageError(
        'number-unattended',
        `number ${word} may be another cause by now: with --yes it is named`,
        'flux-ops recover fix KIND/NAMESPACE/NAME --yes',
      )
    return { cause: Number(word) }
  }
  const named = parseObjectNames(words, KINDS)
  if (named.length !== 1) throw usageError('cause-twice', 'one cause at a time', ...EXAMPLES)
  return { object: named.map(nameLabel)[0] ?? '' }
}

const remedyOf = (text: string | undefined): RemedyKind | undefined => REMEDIES.find((one) => one === text)

const nameOfTyped = (text: string): string => {
  const [named] = parseObjectNames([text], KINDS)
  return named === undefined ? '' : nameLabel(named)
}

/** Of what can harm: the name, as a person has typed it. In a dry run nothing is done, and nothing has to be confirmed. */
async function confirmedOf({ signal }: Invocation, request: FixRequest, cause: Cause, does: RemedyKind): Promise<string> {
  const { confirm, flags } = request
  if (!('object' in cause) || !cause.object.includes('/'))
    throw usageError(
      'name-needed',
      `${does} is done to an object that is named in full`,
      `flux-ops recover fix KIND/NAMESPACE/NAME --with ${does}`,
    )
  if (flags.dryRun) return cause.object
  if (confirm !== undefined) return nameOfTyped(confirm)
  if (!canAsk(flags.json))
    throw usageError('needs-confirm', `${does} can harm: nobody can be asked here`, `--confirm "${cause.object}"`, '--dry-run to only look')
  process.stderr.write(`▲ ${cause.object}: ${harmOf(does)}\n`)
  const typed = await askText('Type the name of the object to go on: ', signal)
  if (typed === cause.object || typed === cause.object.replace(' ', '/')) return cause.object
  throw refusal(
    'not-confirmed',
    `that is not ${cause.object}: nothing was changed`,
    `look first:  flux-ops recover fix … --with ${does} --dry-run`,
  )
}

export async function startFix(invocation: Invocation, request: FixRequest): Promise<RunReport> {
  const { fingerprint, timeoutSeconds, flags } = request
  const cause = causeOf(request)
  const does = remedyOf(request.with)
  if (does !== undefined && 'onlySafe' in cause)
    throw usageError('remedy-unsafe', '--only-safe chooses the remedy itself', 'leave --with out, or name one object')
  if (fingerprint !== undefined && does !== 'pin-host-key')
    throw usageError('fingerprint-unused', 'a fingerprint is for a host key', '--with pin-host-key')
  const guarded = does !== undefined && isGuarded(does)
  const input = {
    ...cause,
    ...(does === undefined ? {} : { with: does }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(guarded ? { confirmed: await confirmedOf(invocation, request, cause, does) } : {}),
    timeoutSeconds,
  }
  const runbook = await loadRunbook('recover')
  return (await startRun(invocation, { runbook, input, flags })).report
}
