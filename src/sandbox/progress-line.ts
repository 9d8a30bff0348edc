// A line of progress as a person reads it, and back.
import type { ProgressLine } from './contract.ts'

const MARKS = ['►', '◎', '✔', '⚠'] as const

export function formatLine({ mark, text, ms }: ProgressLine): string {
  return ms === undefined ? `${mark} ${text}` : `${mark} ${text}  ${(ms / 1000).toFixed(1)} s`
}

export function parseLine(line: string): ProgressLine {
  const mark = MARKS.find((candidate) => line.startsWith(`${candidate} `))
  return mark === undefined ? { mark: '►', text: line } : { mark, text: line.slice(mark.length + 1) }
}
