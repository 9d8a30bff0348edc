// A cause on a page: a line that names it, and behind it evidence, what to do, and what is to be typed.
import type { Evidence, Finding, Fix } from '../../diagnosis/finding.ts'
import type { Picture } from '../../diagnosis/picture.ts'
import { sanitise } from '../sanitise.ts'
import { type Markup, markup, NOTHING } from './markup.ts'
import { shown, shownLines, shownName } from './shown.ts'
import { ageOf, agoOf, count, plural, ringWords } from './words.ts'

const NAME = 320
const SENTENCE = 600
const WIDEST_LINE = 400
const MOST_LINES = 12
const LONGEST_COMMAND = 4_000
/** Causes that are in sight; the others are behind one line. */
const IN_SIGHT = 12
/** In a page; a person fixes some and looks again. */
const MOST_CAUSES = 300

export const objectName = (label: string): Markup => markup`<span class="o">${shownName(label, NAME)}</span>`

const saidText = (text: string): Markup => {
  const { lines, more } = shownLines(text, WIDEST_LINE, MOST_LINES)
  if (lines.join('') === '') return NOTHING
  return markup`<span class="said">${lines.join('\n')}${more > 0 ? `\n… ${plural(more, 'more line')}` : ''}</span>`
}

const evidencePart = ({ what, text, at }: Evidence, takenAt: string): Markup => {
  const age = agoOf(at, takenAt)
  return markup`<li><span class="o">${shown(what, NAME)}</span>${age === '' ? NOTHING : markup` <span class="soft">${age}</span>`}${saidText(text)}</li>`
}

const RANKS: Readonly<Record<Fix['rank'], string>> = { safe: 'Safe', person: 'Needs a person', never: 'Never' }

/** What flux-ops does itself of a fix. */
export interface OwnCommand {
  readonly command: string
  /** It can harm, and is done for nobody who has not typed the name of the object. */
  readonly isHarm: boolean
}

export interface PageOptions {
  readonly headline: string
  readonly ownCommand?: (fix: Fix, object: string) => OwnCommand | undefined
}

const commandPart = (command: string): Markup => markup`<pre><code>${sanitise(command, LONGEST_COMMAND)}</code></pre>`

function fixPart(fix: Fix, object: string, { ownCommand }: PageOptions): Markup {
  const { rank, says, commands } = fix
  const own = ownCommand?.(fix, object)
  const ownPart =
    own === undefined ? NOTHING : markup`${own.isHarm ? markup`<p class="soft">If it has to be:</p>` : NOTHING}${commandPart(own.command)}`
  return markup`<li class="fix"><span class="rank ${rank}">${RANKS[rank]}:</span> ${shown(says, SENTENCE)}${ownPart}${commands.map(commandPart)}</li>`
}

const DOUBTS: Readonly<Record<Finding['certainty'], string>> = { certain: '', likely: 'likely: ', unknown: '? ' }

/** In one sentence. */
export function saysOf({ says, certainty, state, also }: Finding, ring: readonly string[]): string {
  if (state === 'dependency-cycle' && ring.length > 0)
    return `${count(also.length + 1)} wait for each other: ${shown(ringWords(ring), 400)}`
  return `${DOUBTS[certainty]}${shown(says, SENTENCE)}`
}

export const causeLink = (number: number): Markup =>
  number > MOST_CAUSES ? markup`cause ${number}` : markup`<a href="#cause-${number}">cause ${number}</a>`

/** What a search shows of it. */
const found = (label: string, number: number): Markup => markup`${objectName(label)} <span class="soft">is in ${causeLink(number)}</span>`

const part = (title: string, items: readonly Markup[]): Markup =>
  items.length === 0 ? NOTHING : markup`<h3>${title}</h3><ul>${items}</ul>`

function causePart(finding: Finding, number: number, picture: Picture, options: PageOptions): Markup {
  const { object, also, since, blocks, evidence, fixes } = finding
  const { takenAt, suspended } = picture.diagnosis
  const box = picture.boxes.find(({ causes }) => causes.length === 1 && causes[0] === number)
  const age = ageOf(since, takenAt)
  const facts = [
    ...(suspended.some((one) => one.object === object) ? ['suspended by a person'] : []),
    blocks.length > 0 ? `blocks ${count(blocks.length)}` : 'blocks nothing',
    ...(age === '' ? [] : [age]),
  ]
  const waiting = picture.arrows.filter(({ from }) => from === box?.id)
  const members = also.length === 0 ? [] : [object, ...also].map((label) => markup`<li data-o>${found(label, number)}</li>`)
  const self = also.length === 0 ? markup`<p hidden data-o>${found(object, number)}</p>` : NOTHING
  return markup`<li><details class="cause" id="cause-${number}"${picture.diagnosis.causes.length === 1 ? markup` open` : NOTHING}><summary><span class="badge">${number}</span> <span>${objectName(object)}${also.length > 0 ? ` and ${count(also.length)} more` : ''} <span class="facts soft">${facts.join(', ')}</span><br>${saysOf(finding, box?.ring ?? [])}</span></summary><div class="inner">${self}${part(
    'What is seen',
    evidence.map((one) => evidencePart(one, takenAt)),
  )}${part(
    'What to do',
    fixes.map((fix) => fixPart(fix, object, options)),
  )}${part('In the circle', members)}${waiting.length > 0 ? markup`<p class="soft">Waiting for it: ${waiting.map(({ to }, at) => markup`${at > 0 ? ', ' : ''}<a href="#${to}">${boxTitle(picture, to)}</a>`)}</p>` : NOTHING}</div></details></li>
`
}

const boxTitle = (picture: Picture, id: string): string => {
  const objects = picture.boxes.find((box) => box.id === id)?.objects ?? []
  return objects.length === 1 ? shownName(objects[0] ?? '', 120) : plural(objects.length, 'object')
}

export function causesPart(picture: Picture, options: PageOptions): Markup {
  const { causes } = picture.diagnosis
  if (causes.length === 0) return NOTHING
  const all = causes.slice(0, MOST_CAUSES).map((finding, at) => causePart(finding, at + 1, picture, options))
  const left = causes.length - all.length
  const rest = all.length > IN_SIGHT + 1 ? all.slice(IN_SIGHT) : []
  const more =
    rest.length === 0
      ? NOTHING
      : markup`<details class="more"><summary>${count(rest.length + left)} more causes</summary><div class="inner"><ol>${rest}</ol>${left > 0 ? markup`<p>and ${count(left)} more: --json has them all</p>` : NOTHING}</div></details>`
  return markup`<section aria-labelledby="causes"><h2 id="causes">Causes</h2><ol>
${all.slice(0, all.length - rest.length)}</ol>${more}</section>
`
}
