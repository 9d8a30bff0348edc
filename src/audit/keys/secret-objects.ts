// Secrets as the YAML and JSON of a repository has them: which entries they have and whether a value can be read. Values themselves stay here.
import { isMap, isScalar, type Scalar } from 'yaml'
import { messageOf, OpsError } from '../../errors.ts'
import type { RepoFile } from '../../flux/files.ts'
import { nodeAt, objectsUnlessTemplate, offsetOf, partsOf, placeOf, scalarText, textAt, type YamlObject } from '../../flux/yaml-objects.ts'
import type { Unanswered } from '../model.ts'

export interface SecretEntry {
  /** `data.password` */
  readonly field: string
  readonly key: string
  readonly line: number
  readonly state: 'sealed' | 'clear' | 'empty' | 'template'
}

export interface SecretObject {
  readonly path: string
  /** `namespace/name`, or name. */
  readonly name: string
  readonly line: number
  /** sops has written its metadata into this very document. */
  readonly isSealed: boolean
  readonly entries: readonly SecretEntry[]
}

const SEALED = /^ENC\[AES256_GCM,/
/** `${VAR}` of Flux, `{{ }}` of a template, `<what you put here>`. */
const TEMPLATE = /\$\{[^}]*\}|\{\{|\{%|^<[^<>]+>$/

function stateOf(text: string): SecretEntry['state'] {
  if (text.trim() === '') return 'empty'
  if (SEALED.test(text)) return 'sealed'
  return TEMPLATE.test(text) ? 'template' : 'clear'
}

const lineAt = (object: YamlObject, node: unknown): number => placeOf(object.part.file.text, offsetOf(object, node)).line

function entriesOf(object: YamlObject, field: 'data' | 'stringData'): SecretEntry[] {
  const map = nodeAt(object, [field])
  if (!isMap(map)) return []
  return map.items.flatMap((pair): SecretEntry[] => {
    if (!isScalar(pair.key)) return []
    const key = scalarText(pair.key as Scalar)
    const value = nodeAt(object, [field, key])
    return isScalar(value)
      ? [{ field: `${field}.${key}`, key, line: lineAt(object, pair.key), state: stateOf(scalarText(value as Scalar)) }]
      : []
  })
}

const nameOf = (object: YamlObject): string =>
  [textAt(object, ['metadata', 'namespace']), textAt(object, ['metadata', 'name'])].filter((part) => part !== undefined).join('/')

function secretOf(object: YamlObject): SecretObject[] {
  if (textAt(object, ['kind']) !== 'Secret' || textAt(object, ['apiVersion']) !== 'v1') return []
  return [
    {
      path: object.part.file.path,
      name: nameOf(object),
      line: lineAt(object, object.map),
      isSealed: isMap(nodeAt(object, ['sops'])),
      entries: [...entriesOf(object, 'data'), ...entriesOf(object, 'stringData')],
    },
  ]
}

const MENTIONS = /\bkind["']?\s*:\s*["']?Secret\b/
/** An object of its own, an item of a list, or JSON; most mentions are references to a Secret, and parsing is what takes the time. */
const IS_OBJECT = /^["']?kind["']?\s*:\s*["']?Secret\b|\bkind["']?\s*:\s*["']?\w*List\b|^ *\{/m

/** `path:line: what` of an error, without the place that is told beside it. */
export const withoutPlace = (path: string, message: string): { line: number | undefined; what: string } => {
  const [, line, what] = message.startsWith(`${path}:`) ? (/^:(\d+): (.*)$/s.exec(message.slice(path.length)) ?? []) : []
  return line === undefined || what === undefined ? { line: undefined, what: message } : { line: Number(line), what }
}

/** In order of files and lines. A document that cannot be read and seems to hold a Secret is told. */
export function secretsIn(files: readonly RepoFile[]): { secrets: SecretObject[]; unknown: Unanswered[] } {
  const secrets: SecretObject[] = []
  const unknown: Unanswered[] = []
  for (const file of files) {
    if (!/\.(?:ya?ml|json)$/i.test(file.path) || !MENTIONS.test(file.text)) continue
    for (const part of partsOf(file)) {
      if (!MENTIONS.test(part.text) || !IS_OBJECT.test(part.text)) continue
      try {
        secrets.push(...(objectsUnlessTemplate(part) ?? []).flatMap(secretOf))
      } catch (error) {
        if (!(error instanceof OpsError)) throw error
        const { line, what } = withoutPlace(file.path, messageOf(error))
        unknown.push({ where: { path: file.path, line }, cause: `it seems to hold a Secret, and ${what}` })
      }
    }
  }
  return { secrets, unknown }
}
