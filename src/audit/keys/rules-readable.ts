// What is wrong with the rules themselves: sops stops at some of it, and passes over the rest without a word.
import type { Found } from '../model.ts'
import { foundOnly } from '../model.ts'
import type { KeysRule, RuleLook } from './world.ts'

function found(look: RuleLook): Found[] {
  if (!('file' in look)) return [{ where: { path: look.path, line: look.line }, what: look.why }]
  const { path, rules = [], notes } = look.file
  const faults = rules.flatMap(({ fault }): Found[] =>
    fault === undefined ? [] : [{ where: { path, line: fault.line }, what: fault.why }],
  )
  const passed = notes.map(
    ({ line, what }): Found => ({ where: { path, line }, what, severity: 'warning', fix: 'correct it, or take it out' }),
  )
  return [...faults, ...passed]
}

export const rulesReadable: KeysRule = {
  id: 'rules-readable',
  title: 'sops can use every rule as it is written',
  severity: 'error',
  reason: 'sops stops at it, or does without what somebody wrote',
  fix: 'correct the line',
  source: 'sops 3.13 config/config.go',
  find: (world) => foundOnly(world.rules.flatMap(found)),
}
