// sops takes the first rule that fits. A broad one above a narrow one takes its files, and nobody is told.
import type { CreationRule, RuleFile } from '../../sops/rules/model.ts'
import { folderOf } from '../../sops/rules/rule-for.ts'
import { type Found, foundOnly } from '../model.ts'
import { ruleName } from './ruled.ts'
import { counted, type KeysRule, type KeysWorld, ruleFiles, someOf } from './world.ts'

export interface Taken {
  /** Every path of the repository that the expression of the rule fits. */
  readonly fits: ReadonlySet<string>
  /** Those for which it is the first that fits. */
  readonly takes: ReadonlySet<string>
}

export const allPaths = (world: KeysWorld): string[] => [...world.files, ...world.unreadable].map(({ path }) => path)

/** For each rule which paths it fits; undefined where one cannot be compiled, as sops gets no further than that. */
export function takenBy(file: RuleFile, paths: readonly string[]): Taken[] {
  const folder = folderOf(file.path)
  const below = folder === '' ? paths : paths.filter((path) => path.startsWith(`${folder}/`))
  const left = new Set(below)
  const taken: Taken[] = []
  for (const { matches } of file.rules ?? []) {
    if (matches === undefined) return taken
    const fits = below.filter((path) => matches(folder === '' ? path : path.slice(folder.length + 1)))
    taken.push({ fits: new Set(fits), takes: new Set(fits.filter((path) => left.delete(path))) })
  }
  return taken
}

/** Whether it matters which of the two takes a file. */
const isSame = (one: CreationRule, other: CreationRule): boolean =>
  JSON.stringify([one.groups, one.shamirThreshold, one.selection, one.macOnlyEncrypted]) ===
  JSON.stringify([other.groups, other.shamirThreshold, other.selection, other.macOnlyEncrypted])

const isWithin = (narrow: ReadonlySet<string>, broad: ReadonlySet<string>): boolean =>
  narrow.size < broad.size && [...narrow].every((path) => broad.has(path))

export function stolen(file: RuleFile, taken: readonly Taken[]): Found[] {
  const rules = file.rules ?? []
  return rules.flatMap((later, at): Found[] => {
    const fits = taken[at]?.fits
    if (fits === undefined || fits.size === 0) return []
    const thief = rules.slice(0, at).find((rule, index) => {
      const earlier = taken[index]
      return (
        earlier !== undefined && !isSame(rule, later) && isWithin(fits, earlier.fits) && [...fits].some((path) => earlier.takes.has(path))
      )
    })
    if (thief === undefined) return []
    const files = [...fits].filter((path) => taken[thief.index]?.takes.has(path))
    return [
      {
        where: { path: file.path, line: later.line },
        what: `${ruleName(later)} is not asked for ${counted(files.length, 'file')}, as ${ruleName(thief)} in line ${thief.line} takes them first: ${someOf(files)}`,
        fix: `move it above line ${thief.line}, then  sops updatekeys  what it takes`,
      },
    ]
  })
}

export const ruleOrder: KeysRule = {
  id: 'rule-order',
  title: 'no rule takes files that a later rule names more narrowly',
  severity: 'warning',
  reason: 'the files are sealed to other recipients than somebody meant',
  fix: 'put the narrow rule above the broad one, then  sops updatekeys  what it takes',
  source: 'sops 3.13 config/config.go parseCreationRuleForFile: the first rule that fits',
  find: (world) => foundOnly(ruleFiles(world).flatMap((file) => stolen(file, takenBy(file, allPaths(world))))),
}
