// The recipients in `.sops.yaml` changed as text: a new one right behind the old one everywhere a rule takes it from, and the old one out again.
// Comments, quotes, order and line endings stay. What was written is read once more and has to say just what was meant.
import { isScalar, type Scalar, visit, type YAMLSeq } from 'yaml'
import { OpsError, usageError } from '../../errors.ts'
import type { Splice } from '../sealed/model.ts'
import { isRecipient } from './age-recipient.ts'
import { ConfigSource, scalarText } from './config-source.ts'
import { addItem, removeItem } from './edit-list.ts'
import { addWord, removeWord } from './edit-text.ts'
import type { CreationRule, RuleFile } from './model.ts'
import { MALFORMED, parseRules } from './parse.ts'
import { spliced } from './splice.ts'
import { type Spot, scalarOf, spotsOf, wordsAt, wordsOf } from './spots.ts'

export interface ConfigText {
  readonly path: string
  readonly text: string
}

/** Those that need no quotes anywhere. */
const EVERYWHERE = /^[A-Za-z0-9][A-Za-z0-9 +/=@._-]*$/

const notEditable = (where: string, why: string): OpsError =>
  new OpsError({
    code: 'rules-not-editable',
    message: `${where}: ${why}`,
    hints: [`change ${where} by hand, then begin again`],
    exit: 'refused',
  })

const refuse = (source: ConfigSource, at: unknown, why: string): never => {
  throw notEditable(`${source.path}:${source.lineOf(at)}`, why)
}

const SPELLING = 'the recipient is spelled here in a way that cannot be changed safely'

/** Scalars inside of brackets or braces. */
function flowScalars(source: ConfigSource): Set<unknown> {
  const found = new Set<unknown>()
  const root = source.follow(source.root)
  if (root !== undefined)
    visit(root, {
      Scalar: (_key, scalar, path) => {
        if (path.some((node) => (node as { flow?: boolean }).flow === true)) found.add(scalar)
      },
    })
  return found
}

type Edit = (source: ConfigSource, spot: Spot, inFlow: ReadonlySet<unknown>) => Splice[]

function addAt(words: { old: string; new: string }): Edit {
  return (source, spot, inFlow) => {
    const there = wordsAt(source, spot)
    if (!there.includes(words.old) || there.includes(words.new)) return []
    const inText = (scalar: Scalar) => addWord(source.text, scalar, inFlow.has(scalar), words)
    if (isScalar(spot)) return inText(spot) ?? refuse(source, spot, SPELLING)
    const item = itemWith(source, spot, words.old)
    const scalar = scalarOf(source, item) as Scalar
    const isOwn = item === scalar && !source.isAliased(scalar) && wordsOf(scalarText(scalar)).length === 1
    return (isOwn ? addItem(source.text, spot, scalar, words.new) : inText(scalar)) ?? refuse(source, item, SPELLING)
  }
}

function removeAt(old: string): Edit {
  return (source, spot) => {
    if (!wordsAt(source, spot).includes(old)) return []
    const isAlone = (scalar: Scalar): boolean => wordsOf(scalarText(scalar)).length === 1
    if (isScalar(spot)) {
      if (isAlone(spot)) return refuse(source, spot, 'age names nobody else here')
      return removeWord(source.text, spot, old) ?? refuse(source, spot, SPELLING)
    }
    const item = itemWith(source, spot, old)
    const scalar = scalarOf(source, item) as Scalar
    return (
      (isAlone(scalar) ? removeItem(source.text, spot, item as Scalar) : removeWord(source.text, scalar, old)) ??
      refuse(source, item, SPELLING)
    )
  }
}

const itemWith = (source: ConfigSource, list: YAMLSeq, word: string): unknown =>
  list.items.find((item) => wordsOf(scalarText(scalarOf(source, item) as Scalar)).includes(word))

type Meaning = (age: readonly string[]) => readonly string[]

/** What a rule says, in a form that can be compared; the order of recipients says nothing. */
const sayingOf = (rule: CreationRule, change: Meaning): string =>
  JSON.stringify([
    rule.pathRegex,
    rule.groups.map((group) => [[...change(group.age)].sort(), group.others]),
    rule.shamirThreshold,
    rule.selection,
    rule.macOnlyEncrypted,
    rule.fault?.why,
  ])

/** One place of each spot at a time: two of them may touch. */
function once(file: ConfigText, edit: Edit): string {
  const source = new ConfigSource(file.path, file.text, MALFORMED)
  const inFlow = flowScalars(source)
  return spliced(
    file.text,
    spotsOf(source).flatMap((spot) => edit(source, spot, inFlow)),
  )
}

function edited(file: ConfigText, edit: Edit, meant: Meaning): string {
  const before = parseRules(file.path, file.text)
  let text = file.text
  try {
    for (let next = once(file, edit); next !== text; next = once({ ...file, text }, edit)) text = next
  } catch (error) {
    throw text === file.text ? error : unreadable(file)
  }
  if (text !== file.text) assertMeant(file, before, text, meant)
  return text
}

function assertMeant(file: ConfigText, before: RuleFile, text: string, meant: Meaning): void {
  const now = rulesOf(file, text)
  const wrong = before.rules?.find((rule, index) => {
    const other = now.rules?.[index]
    return other === undefined || sayingOf(rule, meant) !== sayingOf(other, (age) => age)
  })
  if (wrong !== undefined) throw notEditable(`${file.path}:${wrong.line}`, 'this rule could not be changed safely')
}

function rulesOf(file: ConfigText, text: string): RuleFile {
  try {
    return parseRules(file.path, text)
  } catch (error) {
    throw error instanceof OpsError ? unreadable(file) : error
  }
}

const unreadable = (file: ConfigText): OpsError => notEditable(`${file.path}:1`, 'changed, it would no longer be a file that sops reads')

/**
 * The text with `new` right behind `old` in every rule that has `old` and not yet `new`; the same text where there is none.
 * Throws OpsError `recipient-invalid`, `rules-malformed`, and `rules-not-editable` with file:line.
 */
export function addRecipient(file: ConfigText, words: { readonly old: string; readonly new: string }): string {
  if (!isRecipient(words.new) || !EVERYWHERE.test(words.new))
    throw usageError('recipient-invalid', 'what is to be added is no recipient of age', 'a recipient begins with age1')
  const meant: Meaning = (age) => (age.includes(words.old) && !age.includes(words.new) ? [...age, words.new] : age)
  return edited(file, addAt(words), meant)
}

/**
 * The text without `old`. Throws OpsError `rules-malformed`, `rules-not-editable`, and `rules-last-recipient` where a group would be left with
 * nobody, each with file:line.
 */
export function removeRecipient(file: ConfigText, { old }: { readonly old: string }): string {
  const left: Meaning = (age) => age.filter((each) => each !== old)
  const rules = parseRules(file.path, file.text).rules ?? []
  const last = rules.find(({ groups }) => groups.some(({ age, others }) => age.includes(old) && left(age).length + others.length === 0))
  if (last !== undefined) {
    const where = `${file.path}:${last.line}`
    throw new OpsError({
      code: 'rules-last-recipient',
      message: `${where}: without this recipient nobody could open what the rule seals`,
      hints: ['add the new recipient first'],
      exit: 'refused',
    })
  }
  return edited(file, removeAt(old), left)
}
