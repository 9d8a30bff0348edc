// `status` for a person: what is wrong comes with its reason, what is well is a number.
import { sanitise } from '../ui/sanitise.ts'
import { forgottenLines, suspendedLine } from './draw-suspended.ts'
import { drawRunList } from './run-list.ts'
import type { ControllerStatus, KeyStatus, KindCount, ObjectStatus, Status } from './status-read.ts'

const MOST = 25
const LONGEST = 300

const pad = (text: string, width: number): string => text.padEnd(width)

const short = (text: string): string => {
  const line = sanitise(text).replaceAll(/\s*\n\s*/g, ' ')
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}

function fluxLine({ flux }: Status): string {
  if (flux.status === 'none') return 'not installed in this namespace'
  if (flux.status === 'found') return flux.version ?? ''
  return flux.status === 'mixed' ? '⚠ not one release' : '⚠ a release that this flux-ops does not know'
}

const controllerLine = (controller: ControllerStatus, width: number): string => {
  const mark = controller.rollout === 'rolled-out' ? '✔' : controller.rollout === 'rolling' ? '◎' : '✗'
  const tag = sanitise(controller.image.split('/').at(-1)?.split('@')[0]?.split(':')[1] ?? controller.image)
  return `  ${mark} ${pad(controller.name, width)}  ${pad(tag, 10)}  ${controller.ready}/${controller.wanted} ready${controller.rollout === 'rolled-out' ? '' : `, ${controller.rollout}`}`
}

function kindLine({ kind, total, states }: KindCount, width: number): string {
  const well = (states.ready ?? 0) + (states.static ?? 0)
  const rest = Object.entries(states).filter(([state]) => state !== 'ready' && state !== 'static')
  const mark = rest.some(([state]) => state !== 'suspended') ? '✗' : '✔'
  const tail = rest.length === 0 ? '' : `, ${rest.map(([state, count]) => `${count} ${state}`).join(', ')}`
  return `  ${mark} ${pad(kind, width)}  ${well}/${total} ready${tail}`
}

function objectLines(object: ObjectStatus): string[] {
  const since = object.since ? `since ${sanitise(object.since)}` : ''
  const mark = object.state === 'failed' ? '✗' : object.state === 'unknown' ? '?' : '◎'
  const head = [`${object.kind} ${object.namespace}/${object.name}`, object.state, sanitise(object.reason), since].filter(
    (part) => part !== '',
  )
  const message = short(object.message)
  return [`  ${mark} ${head.join('  ')}`, ...(message === '' ? [] : [`      ${message}`])]
}

function keyLines({ secret, backupAt, drillAt, warning }: KeyStatus): string[] {
  const dates = [backupAt === null ? '' : `backed up ${backupAt.slice(0, 10)}`, drillAt === null ? '' : `drilled ${drillAt.slice(0, 10)}`]
  const told = dates.filter((part) => part !== '').join(', ')
  const line = `  ${warning === null ? '✔' : '⚠'} Secret ${secret}${told === '' ? '' : `  ${told}`}`
  return warning === null ? [line] : [line, `      ${short(warning)}`]
}

const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', title, ...lines])

const capped = (lines: readonly string[][], what: string): string[] => {
  const shown = lines.slice(0, MOST).flat()
  return lines.length > MOST ? [...shown, `  … and ${lines.length - MOST} more ${what}: --json has all`] : shown
}

function suspendedLines({ suspended, takenAt }: Status): string[] {
  const lines = suspended.map((one) => [suspendedLine({ ...one, object: `${one.kind} ${one.namespace}/${one.name}` }, takenAt)])
  return [...capped(lines, 'objects'), ...forgottenLines(suspended)]
}

export function drawStatus(status: Status): string {
  const { cluster } = status
  const names = Math.max(0, ...status.controllers.map((controller) => controller.name.length))
  const kinds = Math.max(0, ...status.kinds.map(({ kind }) => kind.length))
  const lines = [
    `cluster  ${sanitise(cluster.context)}  ${sanitise(cluster.server)}  uid ${cluster.uid.slice(0, 8)}…  Kubernetes ${cluster.version}`,
    `flux     ${fluxLine(status)}`,
    ...status.flux.lines.map((line) => `         ${sanitise(line)}`),
    ...section(
      'controllers',
      status.controllers.map((controller) => controllerLine(controller, names)),
    ),
    ...section('keys', status.keys.flatMap(keyLines)),
    ...section(
      'objects',
      status.kinds.map((kind) => kindLine(kind, kinds)),
    ),
    ...section('not ready', capped(status.notReady.map(objectLines), 'objects')),
    ...section('suspended', suspendedLines(status)),
  ]
  const runs = status.runs.length === 0 ? '' : `\nlast runs\n${drawRunList(status.runs)}`
  // A name or a version is checked by an API server, not by us.
  return `${lines.map((line) => sanitise(line)).join('\n')}\n${runs}`
}
