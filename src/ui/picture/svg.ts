// A picture as SVG: in a page, or standing alone. No script, nothing from elsewhere, all texts escaped.
import type { Picture } from '../../diagnosis/picture.ts'
import { layoutOf, type Way } from './layout.ts'
import { type Markup, markup, NOTHING, ours } from './markup.ts'
import { shown } from './shown.ts'
import { drawBox, sizeOf, textAt } from './svg-box.ts'
import { COLOURS, PICTURE_STYLE } from './svg-style.ts'
import { asides } from './words.ts'

export interface SvgOptions {
  readonly headline: string
  /** Where in its page more is said of a box; left out where it stands alone. */
  readonly linkOf?: (id: string) => string
}

const MARGIN = 16
const NARROWEST = 880
const TITLE = 40
const LINE = 19
const TITLE_LETTER = 9.03
const LETTER = 7.23
/** Of an arrow. */
const TIP = 7

/** Level through the columns, bent between them; it comes in level. */
function drawWay({ arrow, stretches }: Way): Markup {
  const parts = stretches.map(({ from, to, y }, at) => {
    const before = stretches[at - 1]
    if (before === undefined) return `M${to} ${y}`
    const isLast = at === stretches.length - 1
    const [start, end] = [before.to, isLast ? from - TIP : from]
    const bend = Math.round((start + end) / 2)
    return `C${bend} ${before.y} ${bend} ${y} ${end} ${y}${isLast ? '' : `H${to}`}`
  })
  const last = stretches.at(-1) ?? { from: 0, y: 0 }
  const width = arrow.count > 50 ? 3 : arrow.count > 5 ? 2 : 1.25
  return markup`<path class="way" d="${parts.join('')}" stroke-width="${width}"/><path class="tip" d="M${last.from} ${last.y}l-${TIP + 1} -4.500v9z"/>\n`
}

const describe = (picture: Picture, headline: string): string =>
  [shown(headline, 400), ...asides(picture).map(({ says }) => shown(says, 400))].join('. ')

/** `alone`: title above and what is in no box below. */
function draw(
  picture: Picture,
  { headline, linkOf }: SvgOptions,
  alone: boolean,
): { readonly body: Markup; readonly width: number; readonly height: number } {
  const { placed, ways, width, height } = layoutOf(picture.boxes, picture.arrows, sizeOf(picture), NARROWEST)
  const top = MARGIN + (alone ? TITLE : 0)
  const rows = alone ? asides(picture) : []
  const whole = {
    width: Math.ceil(Math.max(width, alone ? NARROWEST : 0) + 2 * MARGIN),
    height: Math.ceil(top + height + MARGIN + rows.length * LINE),
  }
  const room = (letter: number): number => Math.floor((whole.width - 2 * MARGIN) / letter)
  const title = alone ? textAt(shown(headline, room(TITLE_LETTER)), MARGIN, MARGIN + 16, 'title', TITLE_LETTER) : NOTHING
  const below = rows.map(({ says }, index) => textAt(shown(says, room(LETTER)), MARGIN, top + height + MARGIN + 10 + index * LINE, 'soft'))
  const boxes = placed.map((one) => drawBox(one, picture, linkOf?.(one.box.id)))
  const body = markup`<title>${shown(headline, 400)}</title><desc>${describe(picture, headline)}</desc>
${title}<g transform="translate(${MARGIN} ${top})">
<g aria-hidden="true">
${ways.map(drawWay)}</g>
<g role="list">
${boxes}</g>
</g>${below}`
  return { body, ...whole }
}

/** For a page that has the style. */
export function inlineSvg(picture: Picture, options: SvgOptions): Markup {
  const { body, width, height } = draw(picture, options, false)
  return markup`<svg class="picture" role="group" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${body}</svg>`
}

/** A whole file. */
export function pictureSvg(picture: Picture, options: SvgOptions): string {
  const { body, width, height } = draw(picture, options, true)
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="group" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><style>${ours(COLOURS)}
${ours(PICTURE_STYLE)}</style><rect class="sheet" width="100%" height="100%"/>${body}
</svg>
`.text
}
