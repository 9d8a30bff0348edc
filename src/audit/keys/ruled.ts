// The rule of each sealed file, and what could not be told because a rule file is broken. Shared by the rules about rules.
import type { CreationRule, RuleFile } from '../../sops/rules/model.ts'
import { CONFIG_NAME, folderOf, type RuleAnswer, ruleIn } from '../../sops/rules/rule-for.ts'
import type { Unanswered } from '../model.ts'
import { perWorld, type RuleLook, type SealedFile, sealedFiles, someOf } from './world.ts'

const nearest = (looks: readonly RuleLook[], path: string): RuleLook[] => {
  const above: RuleLook[] = []
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    const found = looks.find((look) => look.path === (folder === '' ? CONFIG_NAME : `${folder}/${CONFIG_NAME}`))
    if (found !== undefined) above.push(found)
    if (folder === '') return above
  }
}

export interface Ruled {
  readonly file: SealedFile
  /** What the nearest rules say; `unreadable` where they cannot be loaded. */
  readonly answer: RuleAnswer | { readonly status: 'unreadable'; readonly look: RuleLook }
  /** Rules further up that can be read: sops takes them where it is typed up there. */
  readonly outer: readonly RuleFile[]
}

export const ruledFiles = perWorld((world): Ruled[] =>
  sealedFiles(world).map((file): Ruled => {
    const [look, ...outer] = nearest(world.rules, file.path)
    const rest = outer.flatMap((each) => ('file' in each ? [each.file] : []))
    if (look === undefined) return { file, answer: { status: 'none', why: 'no-file' }, outer: rest }
    return { file, answer: 'file' in look ? ruleIn(look.file, file.path) : { status: 'unreadable', look }, outer: rest }
  }),
)

export const ruleText = (file: RuleFile, rule: CreationRule): string => `${file.path}:${rule.line}`

/** `rule 2 (^prod/)` */
export const ruleName = ({ index, pathRegex }: CreationRule): string => `rule ${index + 1} (${pathRegex ?? 'every file'})`

/** Files of which nobody can say what they should be, as sops stops before it knows. */
export function untold(ruled: readonly Ruled[]): Unanswered[] {
  const byCause = new Map<string, string[]>()
  for (const { file, answer } of ruled) {
    const cause =
      answer.status === 'unreadable'
        ? `${answer.look.path} cannot be read`
        : answer.status === 'refused'
          ? `sops stops at ${ruleText(answer.file, answer.rule)}: ${answer.fault.why}`
          : undefined
    if (cause !== undefined) byCause.set(cause, [...(byCause.get(cause) ?? []), file.path])
  }
  return [...byCause].map(([cause, paths]) => ({ cause: `${someOf(paths)}: ${cause}` }))
}
