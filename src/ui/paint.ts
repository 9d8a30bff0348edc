// Marks and colours. Colour only repeats what the mark says, so that nothing is lost without it.
import { styleText } from 'node:util'

export const MARKS = { doing: '►', waiting: '◎', done: '✔', failed: '✗', warning: '⚠', unknown: '?', noReturn: '▲', next: '→' } as const

type Format = 'red' | 'green' | 'yellow' | 'cyan' | 'bold' | 'dim'

export type Paint = (format: Format, text: string) => string

export interface PaintOptions {
  /** undefined: as the stream and NO_COLOR, FORCE_COLOR say. */
  readonly color?: boolean | undefined
  readonly stream?: NodeJS.WritableStream | undefined
}

export const createPaint = ({ color, stream }: PaintOptions): Paint => {
  if (color === false) return (_format, text) => text
  if (color === true || !stream) return (format, text) => styleText(format, text, { validateStream: false })
  return (format, text) => styleText(format, text, { validateStream: true, stream })
}

export const mark = (paint: Paint, name: keyof typeof MARKS): string => {
  const formats: Partial<Record<keyof typeof MARKS, Format>> = {
    doing: 'cyan',
    waiting: 'cyan',
    done: 'green',
    failed: 'red',
    warning: 'yellow',
    unknown: 'yellow',
    noReturn: 'yellow',
  }
  const format = formats[name]
  return format ? paint(format, MARKS[name]) : MARKS[name]
}
