// What the QR codes of a sheet hold. One code is the text itself: a phone that scans it has the backup. A longer text is spread over several,
// each with a head of its own (`FLUX-OPS 2/3 K7QX93`), so that they are put together in any order and none is missed.
import { OpsError } from '../../errors.ts'
import { digest32 } from './checked-lines.ts'

/** Characters in a code that a phone reads from paper: version 25 with error correction M, less the head. */
const MOST_BYTES = 970
/** Capitals, digits and a few signs take less room. */
const MOST_CAPITALS = 1_400
const CAPITALS = /^[0-9A-Z $%*+./:-]*$/
const MOST_CODES = 12
const HEAD = /FLUX-OPS\s+(\d{1,2})\/(\d{1,2})\s+([0-9A-Z]{6})\s/gi

const nameOf = (text: string): string => digest32(text.replace(/\s+/g, ''), 6)

/** Texts of the codes, in order; undefined where there would be too many. Breaks the text only where it has white space. */
export function codeTexts(text: string): string[] | undefined {
  const capitals = CAPITALS.test(text)
  const most = capitals ? MOST_CAPITALS : MOST_BYTES
  if (text.length <= most) return [text]
  const gap = capitals ? ' ' : '\n'
  const parts: string[] = ['']
  for (const word of text.split(gap)) {
    const part = parts.at(-1) ?? ''
    if (part !== '' && part.length + gap.length + word.length > most) parts.push(word)
    else parts[parts.length - 1] = part === '' ? word : `${part}${gap}${word}`
  }
  if (parts.length > MOST_CODES) return undefined
  return parts.map((part, at) => `FLUX-OPS ${at + 1}/${parts.length} ${nameOf(text)}${gap}${part}`)
}

const failed = (code: string, message: string, ...hints: string[]): OpsError => new OpsError({ code, message, hints })

/**
 * Puts together what was scanned from several codes, in whatever order; a text without heads comes back as it is. Throws OpsError
 * `sheet-code-missing` (says which), `sheet-codes-mixed`, `sheet-damaged`.
 */
export function joinCodes(text: string, where: string): string {
  const [, ...pieces] = text.split(HEAD)
  if (pieces.length === 0) return text
  const codes = Array.from({ length: pieces.length / 4 }, (_, at) => pieces.slice(at * 4, at * 4 + 4))
  const [first = []] = codes
  const [, count = '0', name = ''] = first
  if (codes.some(([, total, other]) => total !== count || other !== name))
    throw failed('sheet-codes-mixed', `${where} has codes of more than one sheet`, 'scan the codes of one sheet at a time')
  const parts = new Map(codes.map(([index, , , part]) => [Number(index), (part ?? '').trim()]))
  const missing = Array.from({ length: Number(count) }, (_, at) => at + 1).filter((index) => !parts.has(index))
  if (missing.length > 0)
    throw failed('sheet-code-missing', `${where} lacks code ${missing.join(', ')} of ${count}`, 'scan it too; the order does not matter')
  const whole = [...parts]
    .sort(([a], [b]) => a - b)
    .map(([, part]) => part)
    .join('\n')
  if (nameOf(whole) !== name.toUpperCase())
    throw failed(
      'sheet-damaged',
      `${where} was changed after its codes were scanned: together they are not what was printed`,
      'scan them again',
    )
  return whole
}

/** The codes as SVG, each with the white margin that scanners need. */
export async function codeImages(texts: readonly string[]): Promise<string[]> {
  const { renderSVG } = await import('uqr')
  return texts.map((text) => renderSVG(text, { ecc: 'M', border: 4, pixelSize: 4 }))
}
