// A diagnosis for a tired person: the causes first, each with what it says, what it blocks and what to do.
import type { Diagnosis, Told } from '../../diagnosis/diagnose.ts'
import type { Evidence, Finding, Fix } from '../../diagnosis/finding.ts'
import { isGuarded } from '../../diagnosis/remedy.ts'
import { shellWord } from '../../diagnosis/shell-word.ts'
import { ago } from '../../ui/duration.ts'
import { sanitise } from '../../ui/sanitise.ts'
import { forgottenLines, suspendedLine } from '../draw-suspended.ts'

/** Characters of what is said, of a name as long as Kubernetes has them, and of names in a row. What is to be typed is not cut. */
const LONGEST = 240
const LONGEST_NAME = 400
const WIDEST = 600
/** Names in a row, and objects in a list. */
const MOST_NAMES = 8
const MOST_OBJECTS = 25

const cut = (line: string, longest: number): string => {
  const characters = [...line]
  return characters.length > longest ? `${characters.slice(0, longest).join('')}…` : line
}

/** On one line. Cut before and after: a text may be a megabyte, and control characters take more room once they are shown. */
const short = (text: string): string => cut(sanitise(cut(text.slice(0, 4 * LONGEST), LONGEST).replaceAll(/\s+/g, ' ')), LONGEST)

const name = (text: string): string => cut(sanitise(text.slice(0, 2 * LONGEST_NAME)), LONGEST_NAME)

/** By the clock of whoever looked; '' where nobody said, or it is no time. */
function ageOf(at: string | null, takenAt: string): string {
  const ms = Date.parse(takenAt) - Date.parse(at ?? '')
  return Number.isNaN(ms) ? '' : ago(ms)
}

const when = (at: string | null, takenAt: string): string => {
  const age = ageOf(at, takenAt)
  return age === '' ? '' : `since ${cut(name(at ?? ''), 30)}, ${age}`
}

/** `×14, last 2 minutes ago` */
function timesOf({ at, repeated }: Evidence, takenAt: string): string {
  if (repeated === undefined) return ageOf(at, takenAt)
  const last = ageOf(repeated.last, takenAt)
  return `×${repeated.times.toLocaleString('en')}${last === '' ? '' : `, last ${last}`}`
}

const evidenceLine = (evidence: Evidence, takenAt: string): string => {
  const { what, text } = evidence
  const age = timesOf(evidence, takenAt)
  return `    ${name(what)}: ${short(text)}${age === '' ? '' : `   ${age}`}`
}

const RANKS: Readonly<Record<Fix['rank'], string>> = { safe: '→ safe:', person: '→ needs a person:', never: '✗ never:' }

/** What flux-ops does of it. What can harm is typed with the name of the object, and not with a number that may be another's by then. */
function ownCommand({ remedy }: Fix, object: string, at: number): string[] {
  if (remedy === undefined) return []
  if (!isGuarded(remedy.does)) return [`flux-ops recover fix ${at}`]
  return [`if it has to be:  flux-ops recover fix ${shellWord(object.replace(' ', '/'))} --with ${remedy.does}`]
}

const fixLines = (fix: Fix, object: string, at: number): string[] => [
  `    ${RANKS[fix.rank]} ${short(fix.says)}`,
  ...[...ownCommand(fix, object, at), ...fix.commands].map((command) => `        ${sanitise(command)}`),
]

const list = (labels: readonly string[]): string => {
  const shown = cut(labels.slice(0, MOST_NAMES).map(name).join(', '), WIDEST)
  return labels.length <= MOST_NAMES ? shown : `${shown} and ${labels.length - MOST_NAMES} more`
}

function causeLines(finding: Finding, at: number, takenAt: string): string[] {
  const { object, also, since, blocks, says, evidence, fixes, certainty } = finding
  const head = [`${at} ${list([object, ...also])}`, when(since, takenAt), blocks.length === 0 ? '' : `blocks ${blocks.length}`]
  return [
    '',
    head.filter((part) => part !== '').join('   '),
    `    ${certainty === 'certain' ? '' : certainty === 'likely' ? 'likely: ' : '? '}${short(says)}`,
    ...evidence.map((one) => evidenceLine(one, takenAt)),
    ...(blocks.length === 0 ? [] : [`    waiting for it: ${list(blocks)}`]),
    ...fixes.flatMap((fix) => fixLines(fix, finding.object, at)),
  ]
}

const toldLine = ({ object, says, since }: Told, takenAt: string): string =>
  `  ◎ ${name(object)}  ${short(says)}  ${when(since, takenAt)}`.trimEnd()

const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', title, ...lines])

const plural = (count: number, one: string): string => `${count.toLocaleString('en')} ${one}${count === 1 ? '' : 's'}`

/** Of which cluster, and how it is with it, in one line. */
export const headlineOf = (diagnosis: Diagnosis): string => `${name(diagnosis.cluster.context)}: ${headline(diagnosis)}`

function headline({ objects, notReady, causes, suspended, unseen }: Diagnosis): string {
  if (notReady > 0 || causes.length > 0) {
    const of = `${notReady.toLocaleString('en')} of ${plural(objects, 'object')} not ready`
    return `${of}. ${causes.length === 0 ? 'No cause found' : plural(causes.length, 'cause')}.`
  }
  if (objects === 0) return unseen.length === 0 ? 'Flux has no objects here' : 'nothing of Flux was seen'
  if (unseen.length === 0 && suspended.length === 0) return `all ${plural(objects, 'object')} ready`
  const aside = suspended.length === 0 ? '' : `, ${suspended.length.toLocaleString('en')} suspended`
  return `${plural(objects, 'object')} seen, none of them not ready${aside}`
}

const first = <T>(all: readonly T[], line: (one: T) => string): string[] => [
  ...all.slice(0, MOST_OBJECTS).map(line),
  ...(all.length > MOST_OBJECTS ? [`  and ${all.length - MOST_OBJECTS} more: --json has them all`] : []),
]

export function drawDiagnosis(diagnosis: Diagnosis): string {
  const { takenAt, causes, moving, suspended, unseen } = diagnosis
  const lines = [
    headlineOf(diagnosis),
    ...causes.flatMap((finding, at) => causeLines(finding, at + 1, takenAt)),
    ...section(
      'under way',
      first(moving, (one) => toldLine(one, takenAt)),
    ),
    ...section('suspended', [...first(suspended, (one) => suspendedLine(one, takenAt)), ...forgottenLines(suspended)]),
    ...section(
      'not seen',
      unseen.map(({ what, why }) => `  ? ${name(what)}: ${short(why)}`),
    ),
  ]
  return `${lines.join('\n')}\n`
}
