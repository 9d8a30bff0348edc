import * as Flags from '@oclif/core/flags'
import { backupFlags, list, noClusterFlag, repositoryFlag, secretFlag } from '../../src/cli/keys/flags.ts'
import { ClusterCommand } from '../../src/cli/run-command.ts'
import { clusterOf, outputOf } from '../../src/cli/run-flags.ts'

export default class AgeBackup extends ClusterCommand {
  static override summary = 'back up the age keys that Flux decrypts with, proven and sealed'
  static override description =
    `Takes every age identity of every Secret that a Kustomization decrypts with, and of key files (--key-file); proves that they open files of the repository;
seals them to recipients (--to), to a passphrase (--passphrase) or as shares of which some are enough (--shares 3/5); opens that again; writes it with a manifest.
What is sealed is an ordinary age key file: age --decrypt and sops are enough to use it. A backup that is sealed only to a key in it is refused.
No key is written unsealed, and nothing is overwritten. The Secrets remember the date of a backup that was opened again, with --to by a key that is not in it (--identity).
Exit 3: a key could not be read or proves nothing; nothing was written. The same by hand: runbooks/age-backup/README.md`
  static override examples = [
    '<%= config.bin %> age backup --to age1… --to "ssh-ed25519 AAAA…" --out /media/usb',
    '<%= config.bin %> age backup --passphrase --out ~/backups --repo ~/src/home-ops',
    '<%= config.bin %> age backup --shares 3/5 --sheet --out /media/usb',
    '<%= config.bin %> age backup --no-cluster --key-file ~/.config/sops/age/keys.txt --passphrase --out /media/usb',
  ]
  static override flags = {
    out: Flags.string({ description: 'folder to write to; made where it is not there', helpValue: 'DIR', required: true }),
    name: Flags.string({ description: 'beginning of the file names [default: context and date]', helpValue: 'NAME' }),
    to: list('to', 'recipient that opens it: age1…, an SSH public key, one of a plugin', 'RECIPIENT'),
    'recipients-file': list('recipients-file', 'file of recipients, one a line', 'FILE'),
    passphrase: Flags.boolean({ description: 'seal it to a passphrase' }),
    shares: Flags.string({ description: 'split it: any K of N shares recover', helpValue: 'K/N' }),
    sheet: Flags.boolean({ description: 'write a page to print beside it: text, QR codes, and how to recover' }),
    'key-file': list('key-file', 'key file to back up as well', 'FILE'),
    ...backupFlags,
    ...secretFlag,
    ...repositoryFlag,
    ...noClusterFlag,
    unproven: Flags.boolean({ description: 'go on when no file of a repository proves the keys, or one does not open' }),
    'dry-run': Flags.boolean({ description: 'read and prove; write nothing' }),
    record: Flags.boolean({ description: 'let the Secrets remember the date', allowNo: true, default: true, noCacheDefault: true }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(AgeBackup)
    const [{ makeBackup }, { sealHow }] = await Promise.all([
      import('../../src/cli/keys/make-backup.ts'),
      import('../../src/cli/keys/seal-how.ts'),
    ])
    const output = outputOf(flags)
    const { result, named } = await makeBackup(this.invocation, {
      repo: flags.repo,
      secrets: flags.secret ?? [],
      keyFiles: flags['key-file'] ?? [],
      withCluster: flags.cluster,
      how: sealHow(this.invocation, { ...flags, json: output.json }),
      out: flags.out,
      name: flags.name,
      sheet: flags.sheet,
      unproven: flags.unproven,
      dryRun: flags['dry-run'],
      record: flags.record,
      flags: { ...output, ...clusterOf(flags) },
    })
    if (!flags.json) {
      const { drawBackup } = await import('../../src/cli/keys/backup-draw.ts')
      process.stdout.write(drawBackup(result, named))
    }
    return result
  }
}
