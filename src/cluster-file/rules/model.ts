// A rule looks at more than one field. It is given what has the right shape, so that one field that is wrong hides nothing about the others.
import type { ClusterFileInput } from '../schema.ts'

/** Anything may be missing. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? readonly Item[]
  : T extends object
    ? { readonly [Field in keyof T]?: Draft<T[Field]> | undefined }
    : T

export interface Finding {
  /** The field that it is about; one that is not written stands for the nearest around it. */
  readonly path: readonly PropertyKey[]
  readonly what: string
  readonly hint: string
}

export interface Question {
  readonly file: Draft<ClusterFileInput>
  /** Whether a field is written at all, right or wrong: what is there is not missing. */
  readonly has: (path: string) => boolean
}

export type Rule = (question: Question) => readonly Finding[]

export const finding = (path: string, what: string, hint: string): Finding => ({
  path: path.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
  what: `${path.replace(/\.(\d+)(?=\.|$)/g, '[$1]')} ${what}`,
  hint,
})

/** One finding where the condition holds. */
export const when = (holds: boolean | undefined, path: string, what: string, hint: string): readonly Finding[] =>
  holds === true ? [finding(path, what, hint)] : []

/** Exactly one of some fields below `path`. */
export function oneOfThem({ has }: Question, path: string, fields: readonly string[], none: readonly [string, string]): readonly Finding[] {
  const there = fields.filter((field) => has(`${path}.${field}`))
  if (!has(path) || there.length === 1) return []
  if (there.length === 0) return [finding(path, ...none)]
  return there
    .slice(1)
    .map((field) =>
      finding(`${path}.${field}`, `stands beside ${there[0]}, and only one of them can be meant`, `keep one of ${there.join(', ')}`),
    )
}
