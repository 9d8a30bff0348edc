// How many columns of a terminal a text takes: letters of East Asia and emoji take two, marks that go onto the letter before them none.

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
const NONE = /\p{Mn}|\p{Me}/u

const cellsOf = (character: string): number => (NONE.test(character) ? 0 : WIDE.test(character) ? 2 : 1)

/** Of a text without control characters. */
export const cells = (text: string): number => [...text].reduce((sum, character) => sum + cellsOf(character), 0)

/** The beginning of a text that fits, with `…` where something is cut. */
export function fitted(text: string, columns: number): string {
  if (text.length <= columns / 2 || cells(text) <= columns) return text
  let [taken, width] = ['', 0]
  for (const character of text) {
    width += cellsOf(character)
    if (width > columns - 1) break
    taken += character
  }
  return columns < 1 ? '' : `${taken}…`
}
