// The way back from a sheet: its file, the text copied or scanned from paper, or what its codes gave. Line breaks, spaces and the dashes of
// word processors do not matter. The letters of a sealed text do: its alphabet has both O and 0. A slip is named by its line.
import { OpsError } from '../../errors.ts'
import { Secret } from '../../ports/secret.ts'
import { linesText, readCheckedLines } from './checked-lines.ts'
import { textOfHtml } from './html.ts'
import { joinCodes } from './sheet-codes.ts'

export type SheetContent =
  /** Armored age file. */
  | { readonly kind: 'sealed'; readonly text: string }
  /** What `verifyShare` reads. */
  | { readonly kind: 'share'; readonly text: Secret }

/** Of the element that holds the text of the backup. */
export const TEXT_ID = 'flux-ops-text'

const LARGEST = 8 * 2 ** 20
const BEGIN = /BEGIN\s+AGE\s+ENCRYPTED\s+FILE/gi
const END = /END\s+AGE\s+ENCRYPTED\s+FILE/i
const LINE_LENGTH = 64

const failed = (code: string, where: string, what: string, ...hints: string[]): OpsError =>
  new OpsError({ code, message: `${where} ${what}`, hints })

/** The text of the marked element of a page, undefined where there is none. */
function markedText(html: string): string | undefined {
  const at = html.indexOf(`id="${TEXT_ID}"`)
  const start = at === -1 ? -1 : html.indexOf('>', at)
  const end = start === -1 ? -1 : html.indexOf('</pre>', start)
  return end === -1 ? undefined : textOfHtml(html.slice(start + 1, end))
}

/** base64 of the armor, from numbered lines or plain ones. */
function armorData(between: string, where: string): string {
  const inner = between.replace(/\p{Pd}+/gu, '')
  if (/\d{3}\s*:/.test(inner)) {
    const { good, bad } = readCheckedLines(inner, (data) => data)
    if (bad.length > 0)
      throw failed(
        'sheet-damaged',
        where,
        `does not hold in ${linesText(bad)}`,
        'compare them letter by letter: capitals count, O and 0 are two letters',
        'the other lines hold',
      )
    return good.map(({ data }) => data).join('')
  }
  const data = inner.replace(/\s+/g, '')
  if (/[^A-Za-z0-9+/=]/.test(data))
    throw failed('sheet-damaged', where, 'has letters that no sealed text has', 'copy only the text between BEGIN and END')
  return data
}

function sealedText(text: string, where: string): string | undefined {
  const begin = [...text.matchAll(BEGIN)].at(-1)
  if (begin === undefined) return undefined
  const rest = text.slice(begin.index + begin[0].length)
  const end = END.exec(rest)?.index
  if (end === undefined) throw failed('sheet-damaged', where, 'is cut off: it has no line with END', 'copy the text to its very end')
  const lines = armorData(rest.slice(0, end), where).match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? []
  return ['-----BEGIN AGE ENCRYPTED FILE-----', ...lines, '-----END AGE ENCRYPTED FILE-----', ''].join('\n')
}

/**
 * Reads a sheet: the page, text from it, or text of its codes. Throws OpsError `sheet-unreadable`, `sheet-damaged` (names the lines),
 * `sheet-code-missing`, `sheet-codes-mixed`. A share is given back as it stands there: `verifyShare` proves it.
 */
export function readSheet(given: Secret, where: string): SheetContent {
  const all = given.reveal()
  if (all.length > LARGEST) throw failed('sheet-unreadable', where, 'is larger than 8 MiB: no sheet is', 'name the sheet')
  const text = joinCodes(markedText(all) ?? all, where)
  const sealed = sealedText(text, where)
  if (sealed !== undefined) return { kind: 'sealed', text: sealed }
  if (/[0O]{2}[1-9IL]\s*:/i.test(text) && /END\s*:/i.test(text)) return { kind: 'share', text: new Secret(text) }
  throw failed(
    'sheet-unreadable',
    where,
    'holds neither a sealed backup nor a share',
    'give the file of the sheet, or its text from the first numbered line to the END',
  )
}
