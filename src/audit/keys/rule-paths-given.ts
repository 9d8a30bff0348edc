// A rule without path_regex takes every file that comes to it: meant as the last one, and the end of all that stand behind it.
import { type Found, foundOnly } from '../model.ts'
import { type KeysRule, ruleFiles } from './world.ts'

export const rulePathsGiven: KeysRule = {
  id: 'rule-paths-given',
  title: 'every rule says which files it takes',
  severity: 'info',
  reason: 'without path_regex a rule takes every file, those that nobody thought of too',
  fix: 'give it a path_regex',
  source: 'sops 3.13 config/config.go parseCreationRuleForFile: no path_regex fits every file',
  find: (world) =>
    foundOnly(
      ruleFiles(world).flatMap(({ path, rules = [] }) =>
        rules
          .filter(({ pathRegex }) => pathRegex === undefined)
          .map(({ index, line }): Found => {
            const behind = rules.length - index - 1
            const where = { path, line }
            if (behind === 0) return { where, what: `rule ${index + 1} has no path_regex and takes whatever the others leave` }
            const what = `rule ${index + 1} has no path_regex, so the ${behind === 1 ? 'rule' : `${behind} rules`} behind it ${behind === 1 ? 'is' : 'are'} never asked`
            return { where, what, severity: 'warning', fix: 'give it a path_regex, or move it to the end' }
          }),
      ),
    ),
}
