// A list to choose from: narrowed by what is typed, moved through with the arrows. Pure, so that it can be tried without a terminal.
import { cells, fitted } from '../../ui/cells.ts'
import { sanitise } from '../../ui/sanitise.ts'
import type { Choice } from './model.ts'

export interface List {
  readonly choices: readonly Choice[]
  /** -1: none is marked, and Enter answers nothing. */
  readonly at: number
}

const holds = ({ label, detail = '' }: Choice, typed: string): boolean => `${label} ${detail}`.toLowerCase().includes(typed.toLowerCase())

const asTyped = (typed: string): Choice => ({ value: typed, label: typed, detail: 'as it is typed; in no list' })

/** `open`: what is typed is a choice as well, the last one. */
export function narrowed(all: readonly Choice[], typed: string, open: boolean): readonly Choice[] {
  const text = typed.trim()
  if (text === '') return all
  const exact = all.filter(({ value }) => value === text)
  const others = all.filter((choice) => choice.value !== text && holds(choice, text))
  return [...exact, ...others, ...(open && exact.length === 0 ? [asTyped(text)] : [])]
}

export const startAt = (choices: readonly Choice[], preset: string | undefined): number =>
  choices.findIndex(({ value }) => value === preset)

export function moved({ choices, at }: List, by: 1 | -1): number {
  if (choices.length === 0) return -1
  if (at === -1) return by === 1 ? 0 : choices.length - 1
  return (at + by + choices.length) % choices.length
}

const WIDEST_LABEL = 44

/** At most `rows` of them, the marked one among them. */
export function listLines({ choices, at }: List, rows: number, columns: number): string[] {
  const from = Math.max(0, Math.min(at - Math.floor(rows / 2), choices.length - rows))
  const shown = choices.slice(from, from + rows)
  const width = Math.min(WIDEST_LABEL, Math.max(0, ...shown.map(({ label }) => cells(sanitise(label)))))
  const lines = shown.map(({ label, detail }, index) => {
    const clean = sanitise(label)
    const gap = ' '.repeat(Math.max(2, width + 2 - cells(clean)))
    return fitted(`${from + index === at ? '›' : ' '} ${clean}${detail === undefined ? '' : gap + sanitise(detail)}`, columns - 2)
  })
  const [above, below] = [from, choices.length - from - shown.length]
  const more = [above > 0 && `${above} above`, below > 0 && `${below} below`].filter((part) => part !== false)
  return [...lines.map((line) => `  ${line}`), ...(more.length > 0 ? [`    … ${more.join(', ')}`] : [])]
}
