// A change of a text as places and what comes there instead; everything between them stays byte for byte.
import { applySplices } from '../sealed/lists.ts'
import type { Splice } from '../sealed/model.ts'

/** The same change asked for twice is one change. */
export const spliced = (text: string, splices: readonly Splice[]): string =>
  applySplices(text, [...new Map(splices.map((splice) => [`${splice.start}-${splice.end}`, splice])).values()])

/** Offsets of the line that holds `at`: its first letter, and the first letter of the line behind it. */
export function lineAround(text: string, at: number): { readonly start: number; readonly end: number } {
  const start = text.lastIndexOf('\n', at - 1) + 1
  const next = text.indexOf('\n', at)
  return { start, end: next === -1 ? text.length : next + 1 }
}

/** How lines end around `at`; where none ends there, as the first line of the text does. */
export function lineEnding(text: string, at: number): string {
  const { start, end } = lineAround(text, at)
  const line = text.slice(start, end)
  return (line.endsWith('\n') ? line : text.slice(0, text.indexOf('\n') + 1)).endsWith('\r\n') ? '\r\n' : '\n'
}
