// Without `.sops.yaml` recipients live in somebody's shell history.
import { type Found, foundOnly } from '../model.ts'
import { counted, type KeysRule, typed } from './world.ts'

export const rulesPresent: KeysRule = {
  id: 'rules-present',
  title: 'the repository says in .sops.yaml who may open what',
  severity: 'warning',
  reason: 'whoever seals a file has to know the recipients by heart, and forgets one',
  fix: 'write .sops.yaml at the root of the repository:  creation_rules: [{path_regex: …, age: age1…}]',
  source: 'sops 3.13 config/config.go LookupConfigFile',
  find: (world) => {
    const misnamed = world.files.filter(({ path }) => /(?:^|\/)\.sops\.yml$/.test(path))
    const found: Found[] = misnamed.map(({ path }) => ({
      where: { path },
      what: 'sops does not read it: the file has to be named .sops.yaml',
      fix: `git mv ${typed(path)} ${typed(path.replace(/yml$/, 'yaml'))}`,
    }))
    if (found.length > 0 || world.rules.length > 0 || world.sealed.length === 0) return foundOnly(found)
    return foundOnly([
      {
        where: { path: '.sops.yaml' },
        what: `is not there, and ${counted(world.sealed.length, 'file')} are sealed`.replace('1 file are', '1 file is'),
      },
    ])
  },
}
