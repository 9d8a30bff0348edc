// A diagnosis in the forms that were asked for: as text, as a tree, as files.
import { resolve } from 'node:path'
import { writeReportFile } from '../../adapters/report-file.ts'
import type { Diagnosis } from '../../diagnosis/diagnose.ts'
import type { Fix } from '../../diagnosis/finding.ts'
import { pictureOf } from '../../diagnosis/picture.ts'
import { isGuarded } from '../../diagnosis/remedy.ts'
import { shellWord } from '../../diagnosis/shell-word.ts'
import { createPaint } from '../../ui/paint.ts'
import type { OwnCommand } from '../../ui/picture/html-causes.ts'
import { drawDiagnosis, headlineOf } from './draw.ts'
import type { PictureRequest } from './picture-flags.ts'

/** What can be read at a glance. */
const DRAWN = { boxes: 24, deep: 4 }
/** Lines are smaller than boxes. */
const TYPED = { boxes: 48, deep: 8 }
/** Where nobody says how wide it is. */
const WIDTH = 100

/** A page is read later than a list, and numbers may be another's by then: what flux-ops does itself is typed there with the name. */
function ownCommand({ remedy }: Fix, object: string): OwnCommand | undefined {
  if (remedy === undefined) return undefined
  const word = shellWord(object.replace(' ', '/'))
  const isHarm = isGuarded(remedy.does)
  return { command: `flux-ops recover fix ${word}${isHarm ? ` --with ${remedy.does}` : ''}`, isHarm }
}

async function textOf(diagnosis: Diagnosis, { tree, noColor }: PictureRequest): Promise<string> {
  if (!tree) return drawDiagnosis(diagnosis)
  const { pictureTree } = await import('../../ui/picture/tree.ts')
  const paint = createPaint({ color: noColor ? false : undefined, stream: process.stdout })
  return pictureTree(pictureOf(diagnosis, TYPED), { headline: headlineOf(diagnosis), width: process.stdout.columns ?? WIDTH, paint })
}

async function give(target: string, text: string): Promise<void> {
  if (target === '-') {
    process.stdout.write(text)
    return
  }
  await writeReportFile(resolve(target), text)
  process.stderr.write(`✔ ${target} written\n`)
}

/** With `json` the base of the commands prints the diagnosis. What a person can read comes first: a full disk takes no diagnosis away. */
export async function showDiagnosis(diagnosis: Diagnosis, request: PictureRequest): Promise<void> {
  const { json, html, svg } = request
  if (!json && html !== '-' && svg !== '-') process.stdout.write(await textOf(diagnosis, request))
  if (html !== undefined) {
    const { pictureHtml } = await import('../../ui/picture/html.ts')
    await give(html, pictureHtml(pictureOf(diagnosis, DRAWN), { headline: headlineOf(diagnosis), ownCommand }))
  }
  if (svg !== undefined) {
    const { pictureSvg } = await import('../../ui/picture/svg.ts')
    await give(svg, pictureSvg(pictureOf(diagnosis, DRAWN), { headline: headlineOf(diagnosis) }))
  }
}
