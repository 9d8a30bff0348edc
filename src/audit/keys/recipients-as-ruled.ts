// A file keeps the recipients that it was sealed to, whatever `.sops.yaml` says since: copied files and forgotten updates show here.
import type { CreationRule } from '../../sops/rules/model.ts'
import { folderOf, recipientsOf, ruleIn } from '../../sops/rules/rule-for.ts'
import type { Found } from '../model.ts'
import { type Ruled, ruledFiles, ruleText, untold } from './ruled.ts'
import { ageOf, type KeysRule, type KeysWorld, othersOf, typed } from './world.ts'

export interface Difference {
  readonly missing: readonly string[]
  readonly extra: readonly string[]
}

const keysOf = (rule: CreationRule): string[] => [...recipientsOf(rule), ...new Set(rule.groups.flatMap((group) => group.others))]

function differenceOf(has: readonly string[], should: readonly string[]): Difference | undefined {
  const missing = should.filter((each) => !has.includes(each))
  const extra = has.filter((each) => !should.includes(each))
  return missing.length + extra.length === 0 ? undefined : { missing, extra }
}

const updating = (path: string, config: string): string => {
  const folder = folderOf(config)
  return `${folder === '' ? '' : `cd ${typed(folder)} && `}sops updatekeys ${typed(folder === '' ? path : path.slice(folder.length + 1))}`
}

function found(world: KeysWorld, { file, answer, outer }: Ruled): Found[] {
  if (answer.status !== 'rule') return []
  const has = [...ageOf(file), ...othersOf(file)]
  const difference = differenceOf(has, keysOf(answer.rule))
  if (difference === undefined) return []
  const names = (keys: readonly string[]): string => keys.map(world.nameOf).join(', ')
  const { missing, extra } = difference
  const parts = [
    ...(extra.length > 0 ? [`is sealed to ${names(extra)}, which its rule does not name`] : []),
    ...(missing.length > 0 ? [`is not sealed to ${names(missing)}, which its rule names`] : []),
  ]
  const where = { path: file.path }
  const agreeing = outer
    .map((each) => ruleIn(each, file.path))
    .find((each) => each.status === 'rule' && differenceOf(has, keysOf(each.rule)) === undefined)
  if (agreeing?.status === 'rule') {
    const what = `${parts.join('; it ')} (${ruleText(answer.file, answer.rule)}); it is as ${ruleText(agreeing.file, agreeing.rule)} says, which sops takes where it is typed further up`
    return [{ where, what, severity: 'warning', fix: 'keep one .sops.yaml, or always type sops in the folder of the file' }]
  }
  const fix = `${updating(file.path, answer.file.path)}${extra.length > 0 ? ', then  sops rotate --in-place  it: who is taken out still knows its data key' : ''}`
  return [{ where, what: `${parts.join('; it ')} (${ruleText(answer.file, answer.rule)})`, fix }]
}

export const recipientsAsRuled: KeysRule = {
  id: 'recipients-as-ruled',
  title: 'every sealed file has the recipients of its rule',
  severity: 'error',
  reason: 'who should open it cannot, or who should no longer can',
  fix: 'sops updatekeys FILE',
  source: 'sops 3.13 cmd/sops/subcommand/updatekeys: recipients of a file change only there',
  find: (world) => {
    const ruled = ruledFiles(world)
    return { found: ruled.flatMap((each) => found(world, each)), unknown: untold(ruled) }
  },
}
