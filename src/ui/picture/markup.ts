// HTML and SVG by a tagged template: every value is text, unless this module made it.
import { createHash } from 'node:crypto'

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Value = Markup | string | number | readonly Value[]

const isList = (value: Value): value is readonly Value[] => Array.isArray(value)

const textOf = (value: Value): string => {
  if (value instanceof Markup) return value.text
  if (isList(value)) return value.map(textOf).join('')
  return String(value).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}

/** Values stand in content or in quoted attributes, nowhere else. */
export const markup = (strings: TemplateStringsArray, ...values: readonly Value[]): Markup =>
  new Markup(strings.map((part, at) => part + (at < values.length ? textOf(values[at] as Value) : '')).join(''))

/** For what we wrote ourselves: styles, scripts. */
export const ours = (text: string): Markup => new Markup(text)

export const NOTHING = new Markup('')

/** As a Content-Security-Policy names what it lets in. */
export const sourceHash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
