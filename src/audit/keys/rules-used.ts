// A rule that takes no file is a leftover, or its expression does not say what somebody meant.
import { type Found, foundOnly } from '../model.ts'
import { allPaths, stolen, takenBy } from './rule-order.ts'
import { ruleName } from './ruled.ts'
import { type KeysRule, ruleFiles } from './world.ts'

export const rulesUsed: KeysRule = {
  id: 'rules-used',
  title: 'every rule fits a file',
  severity: 'info',
  reason: 'its expression may not say what was meant: it is compared with the path below the folder of .sops.yaml, without ./ in front',
  fix: 'correct path_regex, or take the rule out',
  source: 'sops 3.13 config/config.go parseCreationRuleForFile',
  find: (world) => {
    const paths = allPaths(world)
    return foundOnly(
      ruleFiles(world).flatMap((file) => {
        const taken = takenBy(file, paths)
        const told = new Set(stolen(file, taken).flatMap(({ where }) => ('path' in where ? [where.line] : [])))
        return (file.rules ?? []).flatMap((rule, index): Found[] => {
          const own = taken[index]
          const where = { path: file.path, line: rule.line }
          if (own === undefined || own.takes.size > 0 || told.has(rule.line)) return []
          if (own.fits.size === 0) return [{ where, what: `${ruleName(rule)} fits no file of the repository` }]
          return [
            {
              where,
              what: `${ruleName(rule)} is never asked: rules above it take every file that it fits`,
              fix: 'move it up, or take it out',
            },
          ]
        })
      }),
    )
  },
}
