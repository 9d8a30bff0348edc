// One box of a picture: what it says, how large it is, and its drawing. Every text is told how wide it is: no type makes it leave its box.
import type { Box, Picture } from '../../diagnosis/picture.ts'
import type { Placed, Size } from './layout.ts'
import { type Markup, markup, NOTHING } from './markup.ts'
import { columns, shown, shownName, wrapped } from './shown.ts'
import { ageOf, count, findingsOf, kindsOf, numbers, placeOf, ringWords, waitsFor } from './words.ts'

/** Of a letter of the type that is asked for; others are pressed or drawn out to it. */
const LETTER = 7.23
const LINE = 17
const PADDING = 10
const BAND = 38
const WIDTHS = { cause: 292, moving: 250, waiting: 240 } as const
/** Other sheets that look out behind a box of several objects. */
const SHEET = 4

interface Line {
  readonly text: string
  readonly tone: 'name' | 'soft' | ''
}

const bandOf = ({ role }: Box): number => (role === 'cause' ? BAND : 0)

const roomOf = (box: Box): number =>
  Math.floor((WIDTHS[box.role] - bandOf(box) - 2 * PADDING - (box.suspended || box.ring.length > 0 ? 22 : 0)) / LETTER)

const line = (text: string, tone: Line['tone'] = ''): Line => ({ text, tone })

function causeLines(box: Box, picture: Picture, room: number): Line[] {
  const findings = findingsOf(picture, box)
  const [first] = findings
  if (findings.length !== 1 || first === undefined)
    return [
      line(`${count(findings.length)} more causes`, 'name'),
      line(shown(kindsOf(box), room)),
      line(shown(`in ${placeOf(box)}`, room), 'soft'),
    ]
  const { object, also, says, blocks, since, certainty } = first
  const name = also.length > 0 ? `circle of ${count(also.length + 1)}` : ''
  const facts = [
    ...(box.suspended ? ['suspended'] : []),
    ...(blocks.length > 0 ? [`blocks ${count(blocks.length)}`] : ['blocks nothing']),
    ...[ageOf(since, picture.diagnosis.takenAt)].filter((age) => age !== ''),
  ]
  const doubt = certainty === 'certain' ? '' : certainty === 'likely' ? 'likely: ' : '? '
  const what = box.ring.length > 0 ? ringWords(box.ring) : `${doubt}${says}`
  return [
    line(shown(name === '' ? kindsOf(box) : `${kindsOf(box)}, ${name}`, room), 'soft'),
    line(shownName(placeOf(name === '' ? box : { objects: [object] }), room), 'name'),
    ...wrapped(what, room, 3).map((part) => line(part)),
    line(shown(facts.join(', '), room), 'soft'),
  ]
}

function linesOf(box: Box, picture: Picture): Line[] {
  const room = roomOf(box)
  if (box.role === 'cause') return causeLines(box, picture, room)
  const { objects, deep } = box
  const alone = objects.length === 1
  const kinds = alone ? kindsOf(box) : `${count(objects.length)} × ${kindsOf(box)}`
  const facts = box.role === 'moving' ? 'under way' : `${alone ? 'waits' : 'wait'} for ${waitsFor(box)}`
  const chain = deep > 2 ? [line(shown(`up to ${count(deep)} in a row`, room), 'soft')] : []
  return [
    line(shown(kinds, room), alone ? 'soft' : 'name'),
    line(shownName(placeOf(box), room), alone ? 'name' : ''),
    line(shown(facts, room), 'soft'),
    ...chain,
  ]
}

const sheetsOf = ({ objects, role }: Box): number => (objects.length === 1 || role === 'cause' ? 0 : objects.length > 9 ? 2 : 1)

export const sizeOf =
  (picture: Picture) =>
  (box: Box): Size => ({
    width: WIDTHS[box.role] + sheetsOf(box) * SHEET,
    height: linesOf(box, picture).length * LINE + 2 * PADDING - 3 + sheetsOf(box) * SHEET,
  })

/** `width`: of the text in columns, so that it stays in its place whatever type there is. */
export const textAt = (text: string, x: number, y: number, tone: string, letter = LETTER): Markup => {
  const width = Math.round(columns(text) * letter * 10) / 10
  const fit = columns(text) > 1 ? markup` textLength="${width}" lengthAdjust="spacingAndGlyphs"` : NOTHING
  return markup`<text x="${x}" y="${y}"${tone === '' ? NOTHING : markup` class="${tone}"`}${fit}>${text}</text>`
}

function icon({ box, x, y, width }: Placed): Markup {
  const at = markup`transform="translate(${x + width - PADDING - 16} ${y + PADDING})"`
  if (box.ring.length > 0)
    return markup`<path class="icon" ${at} d="M14 5.5A7 7 0 0 0 2 6M1.5 2v4.5H6M2 10.500A7 7 0 0 0 14 10M14.500 14V9.500H10"/>`
  if (box.suspended) return markup`<path class="icon hold" ${at} d="M5 2v12M11 2v12"/>`
  if (box.role === 'moving') return markup`<path class="icon" ${at} d="M8 1.500A6.500 6.500 0 1 1 1.500 8M8 4.500V8l2.500 2"/>`
  return NOTHING
}

const band = ({ box, x, y, height }: Placed): Markup => {
  if (box.role !== 'cause') return NOTHING
  const several = box.causes.length > 1
  const [first = 0] = box.causes
  const said = several ? [String(first), '–', String(box.causes.at(-1))] : [String(first)]
  const size = said.some((part) => part.length > 3) ? 9 : 14
  const top = y + height / 2 - ((said.length - 1) * LINE) / 2 + 5
  const rows = said.map(
    (part, at) =>
      markup`<text class="number" x="${x + BAND / 2}" y="${top + at * LINE}" text-anchor="middle" font-size="${size}">${part}</text>`,
  )
  return markup`<path class="band" d="M${x + 6} ${y}h${BAND - 6}v${height}h-${BAND - 6}a6 6 0 0 1 -6 -6v-${height - 12}a6 6 0 0 1 6 -6z"/>${rows}`
}

const describe = (box: Box, picture: Picture): string => {
  const [first] = findingsOf(picture, box)
  const what =
    box.objects.length === 1
      ? shownName(box.objects[0] ?? '', 120)
      : `${count(box.objects.length)} × ${kindsOf(box)} in ${shown(placeOf(box), 120)}`
  if (box.role === 'moving') return `${what}: under way`
  if (box.role === 'waiting') return `${what}: waiting for ${waitsFor(box)}`
  return `Cause ${numbers(box.causes)}: ${what}${box.causes.length > 1 ? '' : `: ${shown(first?.says ?? '', 240)}`}`
}

/** `link`: where more is said of it. */
export function drawBox(placed: Placed, picture: Picture, link: string | undefined): Markup {
  const { box, x, y } = placed
  const sheets = sheetsOf(box)
  const [width, height] = [placed.width - sheets * SHEET, placed.height - sheets * SHEET]
  const behind = Array.from({ length: sheets }, (_, at) => {
    const by = (sheets - at) * SHEET
    return markup`<rect class="box" x="${x + by}" y="${y + by}" width="${width}" height="${height}" rx="6"/>`
  })
  const texts = linesOf(box, picture).map(({ text, tone }, at) =>
    textAt(text, x + bandOf(box) + PADDING, y + PADDING + 11 + at * LINE, tone),
  )
  const body = markup`<title>${describe(box, picture)}</title>${behind}<rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>${band({ ...placed, width, height })}${texts}${icon({ ...placed, width, height })}`
  const whole = link === undefined ? body : markup`<a href="#${link}">${body}</a>`
  return markup`<g class="${box.role}" role="listitem">${whole}</g>\n`
}
