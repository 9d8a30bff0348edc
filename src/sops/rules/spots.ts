// Where in `.sops.yaml` recipients of age stand: the texts and lists that its rules are filled from. What is not reached from a rule is left alone.
import { isScalar, isSeq, type Node, type Scalar, type YAMLSeq } from 'yaml'
import { type ConfigSource, scalarText } from './config-source.ts'
import { type Fields, fieldsOf, itemsOf } from './fields.ts'

/** A text or a list of texts, each with recipients between commas. A node that aliases stand for is here once. */
export type Spot = Scalar | YAMLSeq

/** Recipients in one text, as they are written. */
export const wordsOf = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')

/** The scalar that an item of a list is or stands for. */
export function scalarOf(source: ConfigSource, item: unknown): Scalar | undefined {
  const node = source.follow(item)
  return isScalar(node) ? node : undefined
}

export const wordsAt = (source: ConfigSource, spot: Spot): string[] =>
  isScalar(spot)
    ? wordsOf(scalarText(spot))
    : spot.items.flatMap((item) => wordsOf(scalarText(scalarOf(source, item) ?? ({ value: '' } as Scalar))))

function inGroups(source: ConfigSource, node: Node | undefined, depth = 0): Spot[] {
  if (depth > 20) return []
  return (itemsOf(source, node, 'key_groups') ?? []).flatMap((item) => {
    const fields = fieldsOf(source, item, 'a key group', [])
    return [...spotOf(fields), ...inGroups(source, fields?.get('merge'), depth + 1)]
  })
}

const spotOf = (fields: Fields | undefined): Spot[] => {
  const age = fields?.get('age')
  return isScalar(age) || isSeq(age) ? [age] : []
}

function inRule(source: ConfigSource, node: Node | undefined): Spot[] {
  const fields = fieldsOf(source, node, 'a creation rule', [])
  return [...spotOf(fields), ...inGroups(source, fields?.get('key_groups'))]
}

/** Every spot once. The text has to be one that parseRules takes. */
export function spotsOf(source: ConfigSource): Spot[] {
  const fields = fieldsOf(source, source.follow(source.root), 'the file', [])
  const rules = itemsOf(source, fields?.get('creation_rules'), 'creation_rules') ?? []
  const others = (itemsOf(source, fields?.get('destination_rules'), 'destination_rules') ?? []).map((item) =>
    fieldsOf(source, item, 'a destination rule', [])?.get('recreation_rule'),
  )
  return [...new Set([...rules, ...others].flatMap((rule) => inRule(source, rule)))]
}
