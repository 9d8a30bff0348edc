// JSON for people's terminals: every event as one line with its time, a result as a document. Invisible characters are escaped, which leaves the data as it is.
import type { Reporter } from '../engine/events.ts'
import type { ReporterOptions } from './plain.ts'

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`).join('')

/** JSON of `value` on one line that cannot disturb a terminal. */
export const jsonLine = (value: unknown): string => `${JSON.stringify(value).replace(INVISIBLE, escaped)}\n`

/** The same over several lines, for a result as a whole; line breaks of its strings are escaped by JSON itself. */
export const jsonDocument = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(INVISIBLE, (character) => (character === '\n' ? character : escaped(character)))}\n`

export const jsonReporter = ({ out, now }: Pick<ReporterOptions, 'out' | 'now'>): Reporter => ({
  event: (event) => void out.write(jsonLine({ at: now().toISOString(), ...event })),
  stop: () => undefined,
})
