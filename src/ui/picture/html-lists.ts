// What is in the boxes of a picture, object by object, and what is in none.
import type { Told } from '../../diagnosis/diagnose.ts'
import type { Box, Picture } from '../../diagnosis/picture.ts'
import { causeLink, objectName } from './html-causes.ts'
import { type Markup, markup, NOTHING } from './markup.ts'
import { shown, shownName } from './shown.ts'
import { count, kindsOf, placeOf, plural } from './words.ts'

/** On the way to a cause. */
const MOST_STEPS = 4
/** In a page; a browser has to hold them. */
const MOST_LISTED = 10_000
const SENTENCE = 240

interface Way {
  /** Objects between it and what is in front. */
  readonly between: number
  /** What is in front. */
  readonly end: string
}

/** Of every object that waits. */
function waysOf({ next }: Picture): Map<string, Way> {
  const ways = new Map<string, Way>()
  // The nearest come first.
  for (const [label, to] of next) {
    const { between, end } = ways.get(to) ?? { between: -1, end: to }
    ways.set(label, { between: between + 1, end })
  }
  return ways
}

/** Numbers of causes by object. */
const frontsOf = ({ diagnosis }: Picture): Map<string, number> =>
  new Map(diagnosis.causes.flatMap(({ object, also }, at) => [object, ...also].map((label) => [label, at + 1] as const)))

/** `waits for a → b → cause 1`. */
function wayPart(label: string, { next, waits }: Picture, ways: ReadonlyMap<string, Way>, fronts: ReadonlyMap<string, number>): Markup {
  const { between, end } = ways.get(label) ?? { between: 0, end: '' }
  const most = between > MOST_STEPS + 1 ? MOST_STEPS : between
  const steps: string[] = []
  for (let at = next.get(label); at !== undefined && steps.length < most; at = next.get(at)) steps.push(at)
  const number = fronts.get(end)
  const last = markup`${objectName(end)}, ${number === undefined ? 'which is under way' : causeLink(number)}`
  const others = (waits.get(label)?.length ?? 1) - 1
  return markup` <span class="soft">waits for ${steps.map((step) => markup`${objectName(step)} → `)}${between > most ? `${count(between - most)} more → ` : ''}${last}${others > 0 ? `; and for ${count(others)} more` : ''}</span>`
}

const boxHeading = (box: Box): Markup => {
  const { objects, deep } = box
  if (objects.length === 1) return objectName(objects[0] ?? '')
  const chain = deep > 2 ? markup` <span class="soft">up to ${count(deep)} in a row</span>` : NOTHING
  return markup`<strong>${count(objects.length)} × ${shown(kindsOf(box), 120)}</strong> in ${shownName(placeOf(box), 120)}${chain}`
}

type Row = (label: string, id?: string) => Markup

function openable(box: Box, row: Row, most: number): Markup {
  const listed = box.objects.slice(0, most)
  const left = box.objects.length - listed.length
  return markup`<details id="${box.id}"><summary><span>${boxHeading(box)}</span></summary><div class="inner"><ul class="members">
${listed.map((label) => row(label))}${left > 0 ? markup`<li>and ${count(left)} more: --json has them all</li>` : NOTHING}</ul></div></details>
`
}

export function waitingPart(picture: Picture): Markup {
  const boxes = picture.boxes.filter(({ role }) => role === 'waiting')
  if (boxes.length === 0) return NOTHING
  const fronts = frontsOf(picture)
  const ways = waysOf(picture)
  const row: Row = (label, id) =>
    markup`<li data-o${id === undefined ? NOTHING : markup` id="${id}"`}>${objectName(label)}${wayPart(label, picture, ways, fronts)}</li>\n`
  const single = boxes.filter(({ objects }) => objects.length === 1).map(({ id, objects }) => row(objects[0] ?? '', id))
  let room = MOST_LISTED
  const lists = boxes.flatMap((box) => {
    if (box.objects.length === 1) return []
    const list = openable(box, row, room)
    room = Math.max(0, room - box.objects.length)
    return [list]
  })
  const all = boxes.reduce((sum, { objects }) => sum + objects.length, 0)
  return markup`<section aria-labelledby="waiting"><h2 id="waiting">${plural(all, 'object')} waiting</h2>
${lists}${single.length > 0 ? markup`<ul class="members">\n${single}</ul>` : NOTHING}</section>
`
}

const told = ({ object, says }: Told, what: string): Markup =>
  markup`<li data-o>${objectName(object)} <span class="soft">${what}${says === '' ? '' : `: ${shown(says, SENTENCE)}`}</span></li>\n`

const aside = (id: string, title: string, rows: readonly Markup[]): Markup => {
  const left = rows.length - MOST_LISTED
  return rows.length === 0
    ? NOTHING
    : markup`<details id="${id}"><summary><span>${title}</span></summary><div class="inner"><ul class="members">
${rows.slice(0, MOST_LISTED)}${left > 0 ? markup`<li>and ${count(left)} more: --json has them all</li>` : NOTHING}</ul></div></details>
`
}

/** Where a page tells what is under way and others wait for. */
export const MOVING_ID = 'moving'

export function asidePart({ diagnosis, ready, boxes }: Picture): Markup {
  const { moving, suspended, unseen } = diagnosis
  const awaited = new Set(boxes.filter(({ role }) => role === 'moving').flatMap(({ objects }) => objects))
  const movingRows = moving.map((one) => told(one, awaited.has(one.object) ? 'is under way, and others wait for it' : 'is under way'))
  const unseenRows = unseen.map(
    ({ what, why }) =>
      markup`<li><strong class="person">?</strong> ${shown(what, SENTENCE)} <span class="soft">${shown(why, 600)}</span></li>\n`,
  )
  const lists = markup`${aside(MOVING_ID, `${count(moving.length)} under way`, movingRows)}${aside(
    'suspended',
    `${count(suspended.length)} suspended by a person`,
    suspended.map((one) => told({ ...one, says: '' }, 'is suspended by a person')),
  )}`
  const hidden = unseen.length === 0 ? NOTHING : markup`<h3 class="person">Not seen</h3><ul class="members">${unseenRows}</ul>`
  return markup`<section aria-labelledby="rest"><h2 id="rest">The rest</h2>
${ready > 0 ? markup`<p><span class="good">✔</span> ${count(ready)} ready</p>` : NOTHING}${lists}${hidden}</section>
`
}
