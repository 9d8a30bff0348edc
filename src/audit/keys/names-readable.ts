// `.flux-ops.yaml` gives recipients their names; a broken one leaves the reader with letters and digits.
import { foundOnly } from '../model.ts'
import type { KeysRule } from './world.ts'

export const namesReadable: KeysRule = {
  id: 'names-readable',
  title: 'the names of recipients can be read',
  severity: 'warning',
  reason: 'in the middle of the night age1q…9x tells nobody whose key it is',
  fix: 'correct the line in .flux-ops.yaml',
  source: 'runbooks/audit-keys/README.md',
  find: (world) =>
    foundOnly(
      world.teamFile.map(({ path, line, why, isBroken }) => ({
        where: { path, line },
        what: why,
        severity: isBroken ? 'warning' : 'info',
      })),
    ),
}
