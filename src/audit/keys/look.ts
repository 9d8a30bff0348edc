// The text of a repository, sorted into what it is: sealed files, those that look as if they had been sealed once, rules, names.
import { messageOf, OpsError } from '../../errors.ts'
import type { RepoFile } from '../../flux/files.ts'
import { placeOf } from '../../flux/yaml-objects.ts'
import { type NameOf, namesOf } from '../../sops/recipient-names.ts'
import { parseRules } from '../../sops/rules/parse.ts'
import type { SealedMetadata } from '../../sops/sealed/model.ts'
import { parseTeamFile, TEAM_FILE } from '../../sops/team-file.ts'
import { withoutPlace } from './secret-objects.ts'
import type { KeysWorld, RuleLook, SealedLook } from './world.ts'

/** Undefined for a file that is not sealed. Throws OpsError for one that is, and is damaged. */
export type ReadMetadata = (path: string, text: string) => SealedMetadata | undefined

const B64 = '[A-Za-z0-9+/=]'
/** Whole: in a sentence about sops it is cut short. */
const SEALED_VALUE = new RegExp(`ENC\\[AES256_GCM,data:${B64}*,iv:${B64}+,tag:${B64}+,type:\\w+\\]`)
const CONFLICT = /^(?:<{7}|\|{7}|>{7})(?=[ \r\n]|$)/m
/** Texts about sops, and programs with an example in them. */
const NO_DATA = /\.(?:md|mdx|rst|adoc|html?|go|ts|js|mjs|py|rb|rs|sh|nix)$/i
const NAMED = /[^/]\.sops\.(?:ya?ml|json|env|ini)$/
const IS_CONFIG = /(?:^|\/)\.sops\.yaml$/
const KNOWN_FORMAT = /\.(?:ya?ml|json|env|ini)$/

/** A file whose name tells no format may have been sealed in any. */
function metadataOf(read: ReadMetadata, { path, text }: RepoFile): SealedMetadata | undefined {
  try {
    return read(path, text)
  } catch (error) {
    if (!(error instanceof OpsError) || KNOWN_FORMAT.test(path)) throw error
    for (const ending of ['yaml', 'env', 'ini']) {
      try {
        const metadata = read(`${path}.${ending}`, text)
        if (metadata !== undefined) return metadata
      } catch (other) {
        if (!(other instanceof OpsError)) throw other
      }
    }
    throw error
  }
}

function lookAt(file: RepoFile, read: ReadMetadata): SealedLook | undefined {
  const { path, text } = file
  if (IS_CONFIG.test(path)) return undefined
  if (text.trim() === '')
    return NAMED.test(path) ? { path, text, damage: 'empty', why: 'is empty, and its name says that it is sealed' } : undefined
  const hasSealed = SEALED_VALUE.test(text)
  const conflict = hasSealed ? CONFLICT.exec(text) : null
  if (conflict !== null)
    return { path, text, damage: 'conflict', line: placeOf(text, conflict.index).line, why: 'a merge conflict is not resolved here' }
  try {
    const metadata = metadataOf(read, file)
    if (metadata !== undefined) return { path, text, metadata }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    if (!hasSealed || NO_DATA.test(path)) return undefined
    const { line, what } = withoutPlace(path, messageOf(error))
    return { path, text, damage: 'broken', ...(line === undefined ? {} : { line }), why: what }
  }
  if (!hasSealed || NO_DATA.test(path) || /\{\{|\{%/.test(text)) return undefined
  return {
    path,
    text,
    damage: 'broken',
    why: 'has sealed values, and the metadata of sops that opens them is not there: the file is cut, or was put together by hand',
  }
}

export const sealedLooks = (files: readonly RepoFile[], read: ReadMetadata): SealedLook[] =>
  files.flatMap((file) => lookAt(file, read) ?? [])

function ruleLook({ path, text }: RepoFile): RuleLook {
  try {
    return { path, file: parseRules(path, text) }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    const { line, what } = withoutPlace(path, messageOf(error))
    return { path, ...(line === undefined ? {} : { line }), why: what }
  }
}

export const ruleLooks = (files: readonly RepoFile[]): RuleLook[] => files.filter(({ path }) => IS_CONFIG.test(path)).map(ruleLook)

export function teamLook(files: readonly RepoFile[]): { nameOf: NameOf; teamFile: KeysWorld['teamFile'] } {
  const file = files.find(({ path }) => path === TEAM_FILE)
  if (file === undefined) return { nameOf: namesOf([]), teamFile: [] }
  try {
    const { recipients, notes } = parseTeamFile(file.text)
    return { nameOf: namesOf(recipients), teamFile: notes.map(({ line, what }) => ({ path: TEAM_FILE, line, why: what, isBroken: false })) }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    const { line, what } = withoutPlace(TEAM_FILE, messageOf(error))
    return { nameOf: namesOf([]), teamFile: [{ path: TEAM_FILE, ...(line === undefined ? {} : { line }), why: what, isBroken: true }] }
  }
}

export type Hooks = Pick<KeysWorld, 'remotes' | 'macOf' | 'keysIn' | 'sopsVersion' | 'cluster'>

/** The world of the rules, from files that were read and what else is known. */
export function keysWorld(files: readonly RepoFile[], unreadable: KeysWorld['unreadable'], read: ReadMetadata, hooks: Hooks): KeysWorld {
  const sorted = [...files].sort((one, other) => (one.path < other.path ? -1 : 1))
  return { files: sorted, unreadable, sealed: sealedLooks(sorted, read), rules: ruleLooks(sorted), ...teamLook(sorted), ...hooks }
}
