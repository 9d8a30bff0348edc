// What the boxes of a picture say, in whatever it is drawn.
import type { Finding } from '../../diagnosis/finding.ts'
import type { Box, Picture } from '../../diagnosis/picture.ts'
import { ago } from '../duration.ts'

export const kindOf = (label: string): string => label.slice(0, label.indexOf(' '))

export const idOf = (label: string): string => label.slice(label.indexOf(' ') + 1)

const namespaceOf = (label: string): string => idOf(label).split('/')[0] ?? ''

const distinct = (all: readonly string[]): string[] => [...new Set(all)]

export const count = (of: number): string => of.toLocaleString('en')

export const plural = (of: number, one: string): string => `${count(of)} ${one}${of === 1 ? '' : 's'}`

/** Runs of numbers that are told. */
const MOST_RUNS = 3

/** `1`, `3 and 4`, `4, 19 to 40`, `1, 3, 5 and 12 more`. Ascending. */
export function numbers(all: readonly number[]): string {
  const runs: number[][] = []
  for (const number of all) {
    const run = runs.at(-1)
    if (run?.at(-1) === number - 1) run.push(number)
    else runs.push([number])
  }
  const parts = runs.flatMap((run) =>
    run.length > 2 ? [{ says: `${run[0]} to ${run.at(-1)}`, of: run.length }] : run.map((one) => ({ says: `${one}`, of: 1 })),
  )
  const told = parts.length > MOST_RUNS + 1 ? parts.slice(0, MOST_RUNS) : parts
  const left = parts.slice(told.length).reduce((sum, { of }) => sum + of, 0)
  const words = [...told.map(({ says }) => says), ...(left > 0 ? [`${left} more`] : [])]
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** `HelmRelease`, `Kustomization, HelmRelease`, `5 kinds`. */
export const kindsOf = ({ objects }: Pick<Box, 'objects'>): string => {
  const kinds = distinct(objects.map(kindOf))
  return kinds.length > 2 ? `${kinds.length} kinds` : kinds.join(', ')
}

/** Where it is: an object by its name, more of them by their namespaces. */
export const placeOf = ({ objects }: Pick<Box, 'objects'>): string => {
  const [only = ''] = objects
  if (objects.length === 1) return idOf(only)
  const namespaces = distinct(objects.map(namespaceOf))
  return namespaces.length > 2 ? `${count(namespaces.length)} namespaces` : namespaces.join(', ')
}

/** What a waiting box waits for, as a sentence goes on. */
export function waitsFor({ causes, behindMoving }: Pick<Box, 'causes' | 'behindMoving'>): string {
  const parts = [
    ...(causes.length === 0 ? [] : [`cause${causes.length === 1 ? '' : 's'} ${numbers(causes)}`]),
    ...(behindMoving ? ['what is under way'] : []),
  ]
  return parts.join(' and ')
}

export const findingsOf = ({ diagnosis }: Picture, { causes }: Box): Finding[] =>
  causes.map((number) => diagnosis.causes[number - 1]).filter((one) => one !== undefined)

/** `16 minutes ago`; '' where nobody said, or it is no time. */
export function agoOf(at: string | null, takenAt: string): string {
  const ms = Date.parse(takenAt) - Date.parse(at ?? '')
  return Number.isNaN(ms) ? '' : ago(ms)
}

/** `for 16 minutes`; '' also where it has only begun. */
export const ageOf = (at: string | null, takenAt: string): string =>
  agoOf(at, takenAt).replace(/^(.+) ago$|^.*$/, (_all, time) => (time === undefined ? '' : `for ${time}`))

/** Members of a circle that are named. */
const MOST_IN_RING = 6

/** `web → auth → db → web`, with no more of the names than tells them apart. */
export function ringWords(ring: readonly string[]): string {
  const [first = ''] = ring
  const isAlike = (part: (label: string) => string): boolean => ring.every((label) => part(label) === part(first))
  const name = (label: string): string => {
    if (!isAlike(kindOf)) return label
    return isAlike(namespaceOf) ? idOf(label).slice(idOf(label).indexOf('/') + 1) : idOf(label)
  }
  const named = ring.slice(0, MOST_IN_RING).map(name)
  const left = ring.length - named.length
  return [...named, ...(left > 0 ? [`${left} more`] : []), name(first)].join(' → ')
}

/** What is in no box. */
export function asides({
  ready,
  moving,
  suspended,
  diagnosis,
}: Picture): { mark: 'ready' | 'moving' | 'suspended' | 'unseen'; says: string }[] {
  const { unseen } = diagnosis
  return [
    ...(moving.length > 0 ? [{ mark: 'moving', says: `${count(moving.length)} under way, nothing waits for them` } as const] : []),
    ...(suspended.length > 0 ? [{ mark: 'suspended', says: `${count(suspended.length)} suspended by a person` } as const] : []),
    ...(unseen.length > 0 ? [{ mark: 'unseen', says: `not seen: ${unseen.map(({ what }) => what).join(', ')}` } as const] : []),
    ...(ready > 0 ? [{ mark: 'ready', says: `${count(ready)} ready` } as const] : []),
  ]
}
