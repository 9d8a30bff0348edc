// What a cluster, git or a tool said is untrusted: nothing of it may move the cursor, change the colour, hide or reorder text.

/** Longer lines are cut, with the count of what is left out. */
const LONGEST_LINE = 2_000

// Control, format (soft hyphen, zero-width, directional overrides and isolates, byte-order mark, tags), line and paragraph separators,
// lone surrogates; and letters that draw as nothing.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5/gu

const visible = (character: string): string => {
  const code = character.codePointAt(0) ?? 0
  if (code === 0x09) return '  '
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '␡'
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}

const cut = (text: string, longest: number): string => {
  const characters = text.length > longest ? [...text] : []
  if (characters.length <= longest) return text
  return `${characters.slice(0, longest).join('')}… (${characters.length - longest} more characters)`
}

/** One line, safe to draw: control characters become symbols (`␛`, `␊`), invisible ones their number (`<U+202E>`), tabs two spaces. */
export const sanitise = (text: string, longest = LONGEST_LINE): string => cut(text, longest).replace(UNSAFE, visible)

/** The lines of a text, each safe to draw; more than `most` are cut with a count. Carriage returns before a newline are dropped. */
export const sanitiseLines = (text: string, most = 40): string[] => {
  const lines = text.replace(/\s+$/, '').split(/\r?\n/)
  const shown = lines.slice(0, most).map((line) => sanitise(line))
  return lines.length > most ? [...shown, `… (${lines.length - most} more lines)`] : shown
}
