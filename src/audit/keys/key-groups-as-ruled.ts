// Several key groups need several people. `sops updatekeys` takes new groups from the rules, and never a new threshold.
import type { CreationRule } from '../../sops/rules/model.ts'
import type { Found } from '../model.ts'
import { ruledFiles, ruleText } from './ruled.ts'
import { counted, type KeysRule, type SealedFile } from './world.ts'

const sorted = (keys: readonly string[]): string => [...new Set(keys)].sort().join(' ')

const inFile = ({ metadata }: SealedFile): string[] =>
  metadata.groups.map(({ age, others }) => sorted([...age.map(({ recipient }) => recipient), ...others])).sort()

const inRule = (rule: CreationRule): string[] => rule.groups.map(({ age, others }) => sorted([...age, ...others])).sort()

const needed = (groups: number, threshold: number): number => (groups < 2 ? 1 : threshold === 0 ? groups : threshold)

function differences(file: SealedFile, rule: CreationRule): string[] {
  const [has, should] = [inFile(file), inRule(rule)]
  const needs = { has: needed(has.length, file.metadata.shamirThreshold), should: needed(should.length, rule.shamirThreshold) }
  if (has.length !== should.length) return [`has ${counted(has.length, 'key group')}, its rule ${should.length}`]
  const all = (groups: readonly string[]): string => sorted(groups.flatMap((group) => group.split(' ')))
  return [
    // Other recipients than the rule names are told by another rule.
    ...(all(has) === all(should) && has.join('\n') !== should.join('\n') ? ['has its recipients in other groups than its rule'] : []),
    ...(needs.has === needs.should
      ? []
      : [`opens with ${needs.has} of ${counted(has.length, 'key group')}, its rule says ${needs.should}`]),
  ]
}

export const keyGroupsAsRuled: KeysRule = {
  id: 'key-groups-as-ruled',
  title: 'every sealed file needs as many key groups as its rule says',
  severity: 'warning',
  reason: 'fewer people can open it than are meant to be needed, or more are needed than anybody thinks',
  fix: 'sops updatekeys FILE for the groups; a new threshold only comes with  sops decrypt FILE | sops encrypt --filename-override FILE',
  source: 'sops 3.13 cmd/sops/subcommand/updatekeys: the threshold is that of the file',
  find: (world) => ({
    found: ruledFiles(world).flatMap(({ file, answer }): Found[] =>
      answer.status === 'rule'
        ? differences(file, answer.rule).map((what) => ({
            where: { path: file.path },
            what: `${what} (${ruleText(answer.file, answer.rule)})`,
          }))
        : [],
    ),
    unknown: [],
  }),
}
