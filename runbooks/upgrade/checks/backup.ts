// Whether the secrets of Flux can be kept, tried before anything is changed.
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import type { UpgradeInput } from '../input.ts'
import { counted, fail, failOn, pass } from './results.ts'

export const secretsBackedUp: Check<UpgradeInput> = {
  id: 'secrets-backed-up',
  title: 'the secrets of Flux are backed up, sealed',
  severity: 'warning',
  probe: async (_ctx, input) =>
    input.backupRecipients.length > 0
      ? pass(`sealed to ${counted(input.backupRecipients.length, 'recipient')}`)
      : fail('secrets-backed-up', 'the backup leaves the secrets out, as there is nobody to seal them to', {
          hints: ['--backup-recipient age1…'],
        }),
}

export const backupRecipients: Check<UpgradeInput> = {
  id: 'backup-recipients',
  title: 'age can seal to every recipient of the backup',
  severity: 'error',
  probe: async (ctx, input) => {
    if (input.backupRecipients.length === 0) return { status: 'skip', reason: 'no --backup-recipient' }
    const items: CheckItem[] = []
    for (const recipient of input.backupRecipients) {
      const args = ['--encrypt', '--armor', '--recipient', recipient]
      const tried = await ctx.exec.run({ tool: 'age', args, effect: 'read', stdin: 'tried', allowFailure: true, timeoutMs: 30_000 })
      if (tried.exitCode !== 0)
        items.push({ where: recipient, what: tried.stderr.trim().split('\n')[0] || `age ended with ${tried.exitCode}` })
    }
    return failOn(
      'backup-recipients',
      items,
      (count) => `${counted(count, 'recipient')} that age does not take`,
      'age-keygen -y FILE prints the recipient of a key',
    )
  },
}
