// `.sops.yaml` for the sealed files of a layout: made where there is none, otherwise told what it lacks. Which rule a file gets is asked of src/sops.
import { OpsError } from '../errors.ts'
import { folderOf, isUnder } from '../flux/synced-paths.ts'
import type { RuleFile } from '../sops/rules/model.ts'
import { parseRules } from '../sops/rules/parse.ts'
import { CONFIG_NAME, recipientsOf, ruleIn } from '../sops/rules/rule-for.ts'
import type { Draft } from './draft.ts'
import { yamlOf } from './manifest.ts'
import type { Plot } from './plot.ts'

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** The rule for everything below a folder that is called `*.sops.yaml`. */
const ruleOf = (folder: string, recipient: string): object => ({
  path_regex: `${folder === '' ? '' : `^${escaped(folder)}/.*`}\\.sops\\.ya?ml$`,
  // Flux has to be able to read everything else of an object.
  encrypted_regex: '^(data|stringData)$',
  key_groups: [{ age: [recipient] }],
})

const indented = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')

/** What is wrong with the rule that a file gets; undefined where nothing is. */
function lackOf({ there }: Draft, own: string, example: string, recipient: string): string | undefined {
  const text = there.text(own)
  if (text === undefined) return 'was not read'
  let file: RuleFile
  try {
    file = parseRules(own, text)
  } catch (error) {
    if (error instanceof OpsError) return `sops could not read it: ${error.message}`
    throw error
  }
  const answer = ruleIn(file, example)
  if (answer.status === 'none') return `has no rule for ${example}`
  if (answer.status === 'refused') return `sops would refuse ${example} by line ${answer.fault.line}: ${answer.fault.why}`
  const by = `${example} by the rule of line ${answer.rule.line}`
  if (!recipientsOf(answer.rule).includes(recipient)) return `seals ${by}, without the key of this cluster`
  return Object.values(answer.rule.selection).every((each) => each === undefined)
    ? `seals ${by} whole, so that Flux could not tell what it is`
    : undefined
}

/** `example`: a file of the layout that is or would be sealed. */
export function laySealingRules({ draft, known: { recipient } }: Plot, folder: string, example: string): void {
  if (recipient === undefined) return
  const above = draft.there.paths.filter((path) => nameOf(path) === CONFIG_NAME && isUnder(example, folderOf(path)))
  if (above.length === 0) {
    const says = '# Which files sops seals to whom: the first rule that fits a file counts.\n'
    draft.add(CONFIG_NAME, says + yamlOf({ creation_rules: [ruleOf(folder, recipient)] }), 'what sops seals to the key of this cluster')
    return
  }
  const own = above.reduce((nearest, path) => (path.length > nearest.length ? path : nearest))
  const lack = lackOf(draft, own, example, recipient)
  if (lack === undefined) return
  const rule = yamlOf([ruleOf(folder.slice(folderOf(own).length).replace(/^\//, ''), recipient)])
  draft.advise(`${own} stays as it is and ${lack}; put first under creation_rules:\n${indented(rule)}`)
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
