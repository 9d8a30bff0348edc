// From answers to the value of a cluster file: the fields of each answer that counts, over those of a file that was begun with.
import { fieldAt } from '../../cluster-file/schema.ts'
import { type FieldProblem, fieldProblems } from '../../cluster-file/unwritten.ts'
import type { Answers, Fields, Id, Question } from './model.ts'

export type Tree = { [field: string]: unknown }

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

const steps = (path: string): string[] => path.split('.')

function put(tree: Tree, path: readonly string[], value: unknown): void {
  const [first = '', ...rest] = path
  if (rest.length === 0) {
    tree[first] = value
    return
  }
  const inner = isTree(tree[first]) ? (tree[first] as Tree) : {}
  tree[first] = inner
  put(inner, rest, value)
}

/** And what is empty without it. */
export function cut(tree: Tree, path: readonly PropertyKey[]): void {
  const [first, ...rest] = path
  const key = String(first)
  const inner = tree[key]
  if (rest.length > 0 && isTree(inner)) cut(inner, rest)
  if (rest.length === 0 || (isTree(inner) && Object.keys(inner).length === 0)) delete tree[key]
}

const at = (tree: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((each, step) => (isTree(each) ? each[String(step)] : undefined), tree)

/** Answers to questions that are asked at all, in their order: each may do away with those behind it. */
export function relevant(questions: readonly Question[], given: Answers): Answers {
  const answers: { [Each in Id]?: string } = {}
  for (const { id, when } of questions) {
    const text = given[id]
    if (text !== undefined && when?.(answers) !== false) answers[id] = text
  }
  return answers
}

const answered = (questions: readonly Question[], answers: Answers): Question[] => questions.filter(({ id }) => answers[id] !== undefined)

export const fieldsOf = (questions: readonly Question[], answers: Answers): Fields =>
  Object.assign({}, ...answered(questions, answers).map(({ id, fields }) => fields(answers[id] ?? '', answers)))

/** Fields in the order of the schema. */
function ordered(tree: Tree, path: readonly string[] = []): Tree {
  const known = Object.keys(fieldAt(path)?.properties ?? {})
  const rank = (name: string): number => (known.includes(name) ? known.indexOf(name) : known.length)
  const names = Object.keys(tree).sort((a, b) => rank(a) - rank(b))
  return Object.fromEntries(
    names.map((name) => {
      const value = tree[name]
      return [name, isTree(value) ? ordered(value, [...path, name]) : value]
    }),
  )
}

const HEAD: Fields = { apiVersion: 'flux-ops.dev/v1', kind: 'Cluster' }

function overlaid(questions: readonly Question[], answers: Answers, base: unknown): Tree {
  const tree = isTree(base) ? structuredClone(base) : {}
  for (const path of answered(questions, answers).flatMap(({ owns }) => owns)) cut(tree, steps(path))
  for (const [path, value] of Object.entries({ ...HEAD, ...fieldsOf(questions, answers) })) put(tree, steps(path), value)
  return tree
}

export interface Made {
  readonly value: Tree
  /** What was in the file that was begun with and does not go with the answers. */
  readonly dropped: readonly FieldProblem[]
}

const MOST_DROPPED = 200

/** The nearest that is written around a field that has a problem, where nothing in it was answered. */
function culprit(tree: Tree, path: readonly PropertyKey[], owned: readonly string[]): readonly PropertyKey[] | undefined {
  const list = path.findIndex((step) => typeof step === 'number')
  const names = list === -1 ? path : path.slice(0, list)
  for (let length = names.length; length > 0; length--) {
    const part = names.slice(0, length)
    if (at(tree, part) === undefined) continue
    const inside = (each: string): boolean => each === part.join('.') || each.startsWith(`${part.join('.')}.`)
    return owned.some(inside) ? undefined : part
  }
  return undefined
}

/** `base`: a cluster file as it is written. What of it does not go with the answers is left out, field by field, and told. */
export function toClusterFile(questions: readonly Question[], given: Answers, base?: unknown): Made {
  const answers = relevant(questions, given)
  const tree = overlaid(questions, answers, base)
  const owned = Object.keys({ ...HEAD, ...fieldsOf(questions, answers) })
  const dropped: FieldProblem[] = []
  while (base !== undefined && dropped.length < MOST_DROPPED) {
    const found = fieldProblems(tree).flatMap((problem) => {
      const path = culprit(tree, problem.path, owned)
      return path === undefined ? [] : [{ ...problem, path }]
    })[0]
    if (found === undefined) break
    cut(tree, found.path)
    dropped.push(found)
  }
  return { value: ordered(tree), dropped }
}
