// Which rule a file gets. sops looks for `.sops.yaml` in the folder it is typed in and then upwards, takes the first file it finds whether it has a
// fitting rule or not, and of its rules the first that fits. Source: sops config/config.go LookupConfigFile, parseCreationRuleForFile.
import type { CreationRule, Fault, RuleFile } from './model.ts'

export type RuleAnswer =
  | {
      readonly status: 'rule'
      readonly file: RuleFile
      readonly rule: CreationRule
      /** Rules behind it that fit as well, and are never asked. */
      readonly later: readonly CreationRule[]
    }
  /** sops comes to a rule that it refuses. */
  | { readonly status: 'refused'; readonly file: RuleFile; readonly rule: CreationRule; readonly fault: Fault }
  | { readonly status: 'none'; readonly why: 'no-file' | 'no-rules' | 'no-match'; readonly file?: RuleFile }

export const CONFIG_NAME = '.sops.yaml'

export const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '')

const fileIn = (files: readonly RuleFile[], folder: string): RuleFile | undefined =>
  files.find((file) => file.path === (folder === '' ? CONFIG_NAME : `${folder}/${CONFIG_NAME}`))

/** The rule files above `folder`, nearest first; `''` is the repository's root. Files beside the repository are not known. */
export function rulesAbove(files: readonly RuleFile[], folder: string): RuleFile[] {
  const above: RuleFile[] = []
  for (let at = folder; ; at = folderOf(at)) {
    const found = fileIn(files, at)
    if (found !== undefined) above.push(found)
    if (at === '') return above
  }
}

/** `path` as the rules of `file` see it: relative to its folder. Undefined where it does not lie below. */
function relativeTo(file: RuleFile, path: string): string | undefined {
  const folder = folderOf(file.path)
  if (folder === '') return path
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined
}

/** What one rule file says of a file below it. `path` is relative to the repository's root. */
export function ruleIn(file: RuleFile, path: string): RuleAnswer {
  if (file.rules === undefined) return { status: 'none', why: 'no-rules', file }
  const relative = relativeTo(file, path)
  if (relative === undefined) return { status: 'none', why: 'no-match', file }
  const rule = file.rules.find((each) => each.matches === undefined || each.matches(relative))
  if (rule === undefined) return { status: 'none', why: 'no-match', file }
  if (rule.fault !== undefined) return { status: 'refused', file, rule, fault: rule.fault }
  return { status: 'rule', file, rule, later: file.rules.slice(rule.index + 1).filter((each) => each.matches?.(relative) === true) }
}

/**
 * The rule of a file where sops is typed in the file's own folder, or in `from`, a folder above it.
 * `path` and `from` are relative to the repository's root.
 */
export function ruleFor(files: readonly RuleFile[], path: string, from: string = folderOf(path)): RuleAnswer {
  const file = rulesAbove(files, from)[0]
  return file === undefined ? { status: 'none', why: 'no-file' } : ruleIn(file, path)
}

/** Every age recipient that a rule gives, once each, groups in order. */
export const recipientsOf = (rule: Pick<CreationRule, 'groups'>): string[] => [...new Set(rule.groups.flatMap((group) => group.age))]
