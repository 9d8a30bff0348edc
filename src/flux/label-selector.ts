// Which objects a label selector means, in the words of kubectl: `app=web,tier!=db,env in (prod, stage),!legacy`.
import { usageError } from '../errors.ts'

type Labels = Readonly<Record<string, string>>

export type Selector = (labels: Labels) => boolean

const labelOf = (labels: Labels, key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined)

const KEY = '([A-Za-z0-9](?:[-.A-Za-z0-9]{0,252}/)?[-._A-Za-z0-9]{0,63})'
const VALUE = '([A-Za-z0-9](?:[-._A-Za-z0-9]{0,61}[A-Za-z0-9])?|)'

const EQUAL = new RegExp(`^${KEY}\\s*(=|==|!=)\\s*${VALUE}$`)
const AMONG = new RegExp(`^${KEY}\\s+(in|notin)\\s*\\(([^()]*)\\)$`)
const THERE = new RegExp(`^(!?)\\s*${KEY}$`)
const IS_VALUE = new RegExp(`^${VALUE}$`)

function requirement(part: string): Selector | undefined {
  const equal = EQUAL.exec(part)
  if (equal) {
    const [, key = '', sign, value = ''] = equal
    return (labels) => (labelOf(labels, key) === value) === (sign !== '!=')
  }
  const among = AMONG.exec(part)
  if (among) {
    const [, key = '', word, list = ''] = among
    const values = list.split(',').map((one) => one.trim())
    if (!values.every((one) => IS_VALUE.test(one))) return undefined
    return (labels) => values.some((one) => one === labelOf(labels, key)) === (word === 'in')
  }
  const there = THERE.exec(part)
  if (!there) return undefined
  const [, not, key = ''] = there
  return (labels) => (labelOf(labels, key) === undefined) === (not === '!')
}

/** Throws OpsError (usage) `selector-invalid`. */
export function parseSelector(text: string): Selector {
  // A comma inside of brackets parts values, not requirements.
  const all = text.split(/,(?![^(]*\))/).map((part) => part.trim())
  const parsed = all.map((part) => ({ part, selector: requirement(part) }))
  const wrong = parsed.find(({ selector }) => selector === undefined)
  if (wrong !== undefined)
    throw usageError(
      'selector-invalid',
      `"${wrong.part.slice(0, 80)}" is no part of a label selector`,
      'such as  app=web  or  tier!=db  or  "env in (prod, stage)"',
    )
  return (labels) => parsed.every(({ selector }) => selector?.(labels) === true)
}
