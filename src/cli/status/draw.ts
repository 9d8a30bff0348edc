// `status` for a person, on one screen: what is wrong comes first and with its reason, what is well is a number.
import type { Layer, States } from '../../diagnosis/layers.ts'
import { ago, plural } from '../../ui/duration.ts'
import { sanitise } from '../../ui/sanitise.ts'
import { forgottenLines, suspendedLine } from '../draw-suspended.ts'
import { drawRunList } from '../run-list.ts'
import type { CauseStatus, ControllerStatus, KeyStatus, ObjectStatus, Status } from './shape.ts'

/** Lines of each list: the rest is in --json, and what it means in `recover`. */
const MOST = 10
const LONGEST = 160

const pad = (text: string, width: number): string => text.padEnd(width)

const short = (text: string, longest = LONGEST): string => {
  const line = [...sanitise(text.slice(0, 4 * longest).replaceAll(/\s+/g, ' '))]
  return line.length > longest ? `${line.slice(0, longest).join('')}…` : line.join('')
}

function fluxLine({ flux }: Status): string {
  if (flux.status === 'none') return 'not installed in this namespace'
  const release = {
    found: flux.version ?? '',
    mixed: '⚠ not one release',
    unknown: '⚠ a release that this flux-ops does not know',
  }[flux.status]
  return `${release}, ${short(flux.kept.says)}`
}

const controllerLine = (controller: ControllerStatus, width: number): string => {
  const mark = controller.rollout === 'rolled-out' ? '✔' : controller.rollout === 'rolling' ? '◎' : '✗'
  const tag = sanitise(controller.image.split('/').at(-1)?.split('@')[0]?.split(':')[1] ?? controller.image)
  return `  ${mark} ${pad(controller.name, width)}  ${pad(tag, 10)}  ${controller.ready}/${controller.wanted} ready${controller.rollout === 'rolled-out' ? '' : `, ${controller.rollout}`}`
}

const wellIn = (states: States): number => (states.ready ?? 0) + (states.static ?? 0)

function layerLine({ name, total, states, well, kinds }: Layer, width: number): string {
  const rest = Object.entries(states).filter(([state]) => state !== 'ready' && state !== 'static')
  const tail = rest.map(([state, count]) => `, ${count} ${state}`).join('')
  const each = kinds.map((kind) => `${kind.kind} ${wellIn(kind.states)}/${kind.total}`).join(', ')
  const head = `  ${well ? '✔' : '✗'} ${pad(name, width)}  ${wellIn(states)}/${total} ready${tail}`
  return kinds.length === 1 && kinds[0]?.total === total ? `${head}   ${kinds[0].kind}` : `${head}   ${each}`
}

const ageOf = (at: string | null, now: string): string => {
  const ms = Date.parse(now) - Date.parse(at ?? '')
  return Number.isNaN(ms) ? '' : ago(ms)
}

function causeLine({ object, also, says, since, blocks }: CauseStatus, at: number, now: string): string {
  const more = also.length === 0 ? '' : ` and ${also.length} more`
  const parts = [`${short(object, 300)}${more}: ${short(says)}`, ageOf(since, now), blocks === 0 ? '' : `blocks ${blocks}`]
  return `  ✗ ${at} ${parts.filter((part) => part !== '').join('   ')}`
}

function causeLines({ causes, takenAt, notReady }: Status): string[] {
  const lines = causes.slice(0, MOST).map((cause, at) => causeLine(cause, at + 1, takenAt))
  const more = causes.length > MOST ? [`  … and ${causes.length - MOST} more`] : []
  const next = causes.length > 0 || notReady.length > 0 ? ['  → what they say, what waits for them and what to do:  flux-ops recover'] : []
  return [...lines, ...more, ...next]
}

function objectLine(object: ObjectStatus, now: string): string {
  const mark = object.state === 'failed' ? '✗' : object.state === 'unknown' ? '?' : '◎'
  const parts = [`${object.kind} ${object.namespace}/${object.name}`, object.state, short(object.reason, 60), ageOf(object.since, now)]
  const message = short(object.message, 100)
  return `  ${mark} ${[...parts, message].filter((part) => part !== '').join('  ')}`
}

const DAY_MS = 86_400_000

/** `2026-11-20, 2 days ago`. */
function dated(what: string, at: string | null, now: string): string {
  if (at === null) return ''
  const days = Math.floor((Date.parse(now) - Date.parse(at)) / DAY_MS)
  return `${what} ${at.slice(0, 10)}${days > 0 ? `, ${plural(days, 'day')} ago` : ''}`
}

function keyLines({ secret, backupAt, drillAt, warning }: KeyStatus, now: string): string[] {
  const told = [dated('backed up', backupAt, now), dated('drilled', drillAt, now)].filter((part) => part !== '').join('; ')
  const line = `  ${warning === null ? '✔' : '⚠'} Secret ${secret}${told === '' ? '' : `  ${told}`}`
  return [`${line}${warning === null ? '' : `  ${short(warning)}`}`]
}

const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', title, ...lines])

const capped = (lines: readonly string[], what: string): string[] =>
  lines.length > MOST ? [...lines.slice(0, MOST), `  … and ${lines.length - MOST} more ${what}: --json has all`] : [...lines]

function suspendedLines({ suspended, takenAt }: Status): string[] {
  const lines = suspended.map((one) => suspendedLine({ ...one, object: `${one.kind} ${one.namespace}/${one.name}` }, takenAt))
  return [...capped(lines, 'objects'), ...forgottenLines(suspended)]
}

function headLines(status: Status): string[] {
  const { context, server, uid, version } = status.cluster
  const identity = uid === null ? 'uid ?' : `uid ${uid.slice(0, 8)}…`
  return [
    `cluster  ${sanitise(context)}  ${sanitise(server)}  ${identity}  Kubernetes ${version}`,
    `flux     ${fluxLine(status)}`,
    ...status.flux.lines.map((line) => `         ${sanitise(line)}`),
  ]
}

const titleOfObjects = ({ objects, notReady }: Status): string =>
  objects === 0
    ? 'objects: none seen'
    : notReady.length === 0
      ? `objects: ${objects.toLocaleString('en')}, none of them not ready`
      : `objects: ${notReady.length.toLocaleString('en')} of ${objects.toLocaleString('en')} not ready`

/** Every line is safe to draw; a line may be wider than a terminal. */
export function statusLines(status: Status): string[] {
  const names = Math.max(0, ...status.controllers.map(({ name }) => name.length))
  const layers = Math.max(0, ...status.layers.map(({ name }) => name.length))
  const { takenAt, notReady, unseen } = status
  const objects = notReady.map((object) => objectLine(object, takenAt))
  const lines = [
    ...headLines(status),
    ...section(
      'controllers',
      status.controllers.map((controller) => controllerLine(controller, names)),
    ),
    '',
    titleOfObjects(status),
    ...status.layers.map((layer) => layerLine(layer, layers)),
    ...section('causes', causeLines(status)),
    ...section('not ready', capped(objects, 'objects')),
    ...section('suspended', suspendedLines(status)),
    ...section(
      'keys',
      status.keys.flatMap((key) => keyLines(key, takenAt)),
    ),
    ...section(
      'not seen',
      capped(
        unseen.map(({ what, why }) => `  ? ${short(what)}: ${short(why)}`),
        'kinds',
      ),
    ),
    ...(status.runs.length === 0 ? [] : ['', 'last runs', ...drawRunList(status.runs).trimEnd().split('\n')]),
  ]
  // A name or a version is checked by an API server, not by us.
  return lines.map((line) => sanitise(line))
}

export const drawStatus = (status: Status): string => `${statusLines(status).join('\n')}\n`
