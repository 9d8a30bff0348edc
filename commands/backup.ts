import * as Flags from '@oclif/core/flags'
import { list } from '../src/cli/keys/flags.ts'
import { ClusterCommand } from '../src/cli/run-command.ts'
import { clusterOf, outputOf } from '../src/cli/run-flags.ts'

export default class Backup extends ClusterCommand {
  static override summary = 'keep what a lost cluster would need and git does not have, sealed'
  static override description =
    `Reads the whole installation: Secrets that Flux decrypts, fetches and pulls with, its CRDs, roles and controllers as they are set, the objects that everything begins with,
and what is suspended, with all that it had applied. What git has is not in it: Flux brings that from there. Seals it to recipients (--to) or to a passphrase, opens it again,
and writes it with a manifest that holds no secret. Nothing in the cluster is changed, nothing is overwritten, no secret is written in the clear.
"flux-ops restore" rebuilds the installation from it; age and kubectl are enough to do it by hand: runbooks/restore/README.md`
  static override examples = [
    '<%= config.bin %> backup --to age1… --out /media/usb',
    '<%= config.bin %> backup --passphrase --out ~/backups',
    '<%= config.bin %> backup --to age1… --identity ~/offline.key --out /media/usb --json',
  ]
  static override flags = {
    out: Flags.string({ description: 'folder to write to; made where it is not there', helpValue: 'DIR', required: true }),
    name: Flags.string({ description: 'beginning of the file names [default: context and time]', helpValue: 'NAME' }),
    to: list('to', 'recipient that opens it: age1…, an SSH public key, one of a plugin', 'RECIPIENT'),
    'recipients-file': list('recipients-file', 'file of recipients, one a line', 'FILE'),
    identity: list('identity', 'key file of a recipient: the backup is opened again with it', 'FILE'),
    passphrase: Flags.boolean({ description: 'seal it to a passphrase' }),
    'passphrase-file': Flags.string({
      description: 'file whose one line is the passphrase, - for standard input [default: asked on the terminal]',
      helpValue: 'FILE',
    }),
    'dry-run': Flags.boolean({ description: 'read; write nothing' }),
    record: Flags.boolean({
      description: 'let the Secrets with age keys remember the date',
      allowNo: true,
      default: true,
      noCacheDefault: true,
    }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Backup)
    const [{ makeInstallationBackup }, { sealHow }] = await Promise.all([
      import('../src/cli/installation/make-backup.ts'),
      import('../src/cli/installation/seal-flags.ts'),
    ])
    const output = outputOf(flags)
    const result = await makeInstallationBackup(this.invocation, {
      how: sealHow(this.invocation, { ...flags, json: output.json }),
      out: flags.out,
      name: flags.name,
      dryRun: flags['dry-run'] === true,
      record: flags.record,
      flags: { ...output, ...clusterOf(flags) },
    })
    if (!flags.json) {
      const { drawInstallationBackup } = await import('../src/cli/installation/backup-draw.ts')
      process.stdout.write(drawInstallationBackup(result))
    }
    return result
  }
}
