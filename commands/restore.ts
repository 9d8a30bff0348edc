import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { plainText } from '../src/cli/flags.ts'
import { list } from '../src/cli/keys/flags.ts'
import { RunCommand } from '../src/cli/run-command.ts'
import { runFlagsOf } from '../src/cli/run-flags.ts'
import type { RunReport } from '../src/cli/run-report.ts'

export default class Restore extends RunCommand {
  static override summary = 'rebuild the Flux of a lost cluster from its backup'
  static override description =
    `Opens what "flux-ops backup" wrote, in memory alone, and gives it to an empty cluster: secrets first, then CRDs, roles and the objects that everything begins with, held;
what was suspended comes back suspended, with what it had applied. Then the controllers, and Flux is let go: it brings the rest from git, layer by layer.
In the end every object of Flux is compared with the backup. What lies in volumes is not in it: --wait-for-data stops before Flux is let go, for you to restore it.
A run that stops anywhere goes on with "flux-ops runs resume"; until Flux is let go "flux-ops runs abandon" takes it back. By hand: runbooks/restore/README.md`
  static override examples = [
    '<%= config.bin %> restore prod-eu.installation.age --identity ~/offline.key --context new-prod-eu --dry-run',
    '<%= config.bin %> restore prod-eu.installation.age --identity ~/offline.key --context new-prod-eu',
    'BACKUP_PASSPHRASE=… <%= config.bin %> restore prod-eu.installation.age --passphrase-env BACKUP_PASSPHRASE --wait-for-data --yes',
  ]
  static override args = {
    backup: Args.string({
      description: 'the sealed file: NAME.installation.age',
      required: true,
      parse: async (value) => plainText(value, 'backup'),
    }),
  }
  static override flags = {
    identity: list('identity', 'key file that opens it: age identities or an SSH private key', 'FILE'),
    'passphrase-env': Flags.string({
      description: 'variable with the passphrase that opens it',
      helpValue: 'NAME',
      parse: async (value) => plainText(value, 'passphrase-env'),
    }),
    'wait-for-data': Flags.boolean({ description: 'stop before Flux is let go, until volumes are restored' }),
    timeout: Flags.integer({
      description: 'how long each layer may take, in seconds',
      helpValue: 'SECONDS',
      default: 600,
      min: 1,
      max: 86_400,
    }),
  }

  async run(): Promise<RunReport> {
    const { args, flags } = await this.parse(Restore)
    const { startRestore } = await import('../src/cli/installation/start-restore.ts')
    return this.finish(await startRestore(this.invocation, { ...flags, backup: args.backup }, runFlagsOf(flags)))
  }
}
