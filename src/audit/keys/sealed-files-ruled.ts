// A sealed file that no rule fits: sops can edit it, and neither update its recipients nor make another one like it.
import type { Found } from '../model.ts'
import { type Ruled, ruledFiles, untold } from './ruled.ts'
import type { KeysRule } from './world.ts'

function found({ file, answer }: Ruled): Found[] {
  if (answer.status !== 'none' || answer.file === undefined) return []
  const where = { path: file.path }
  if (answer.why === 'no-rules')
    return [{ where, what: `${answer.file.path}, the nearest, has no creation_rules, and sops looks no further up` }]
  return [{ where, what: `no rule of ${answer.file.path} fits it` }]
}

export const sealedFilesRuled: KeysRule = {
  id: 'sealed-files-ruled',
  title: 'a rule fits every sealed file',
  severity: 'warning',
  reason: 'sops updatekeys stops at it, so a rotation of keys leaves it behind',
  fix: 'add a rule whose path_regex fits it',
  source: 'sops 3.13 config/config.go parseCreationRuleForFile: no matching creation rules found',
  find: (world) => {
    const ruled = ruledFiles(world)
    return { found: ruled.flatMap(found), unknown: untold(ruled) }
  },
}
