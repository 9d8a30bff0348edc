import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { backupFlags, secretId } from '../../src/cli/keys/flags.ts'
import { ClusterCommand } from '../../src/cli/run-command.ts'
import { clusterOf, outputOf } from '../../src/cli/run-flags.ts'

export default class AgeRestore extends ClusterCommand {
  static override summary = 'put the age keys of a backup back, into a cluster or a key file'
  static override description =
    `Into the Secrets that they came from (or --secret), which are made where they are not there; what is there already stays as it is, an entry of the same name with another key too.
Then the keys are read back, and every Kustomization that decrypts with them and is not ready is asked to reconcile and waited for.
With --key-file they go into a file of this machine instead: what it lacks is added, and no cluster is asked.
Exit 0: done. Exit 5: the keys are back, and something is still not ready. Exit 2: the backup did not open. Exit 6: you said no. The same by hand: runbooks/age-restore/README.md`
  static override examples = [
    '<%= config.bin %> age restore prod-eu.age --identity ~/recovery.agekey --context prod-eu',
    '<%= config.bin %> age restore share-1.txt share-2.txt sheet-5.html --secret flux-system/sops-age',
    '<%= config.bin %> age restore prod-eu.age --key-file ~/.config/sops/age/keys.txt',
  ]
  static override flags = {
    ...backupFlags,
    secret: Flags.string({
      description: 'only this Secret, namespace/name; keys that came from a file go there',
      helpValue: 'ID',
      parse: secretId,
    }),
    'key-file': Flags.string({ description: 'put them into this key file of sops instead of a cluster', helpValue: 'FILE' }),
    'dry-run': Flags.boolean({ description: 'show what is missing where; change nothing' }),
    yes: Flags.boolean({ char: 'y', description: 'do not ask' }),
    timeout: Flags.integer({ description: 'seconds to wait for Kustomizations', default: 180, min: 1, helpValue: 'SECONDS' }),
  }
  static override args = { backup: Args.string({ description: 'sealed file of the backup, its sheet, or share files', required: true }) }
  static override strict = false

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(AgeRestore)
    const { runRestore } = await import('../../src/cli/keys/run-restore.ts')
    const result = await runRestore(this.invocation, {
      files: argv as string[],
      identities: flags.identity ?? [],
      passphraseFile: flags['passphrase-file'],
      keyFile: flags['key-file'],
      secret: flags.secret,
      dryRun: flags['dry-run'],
      yes: flags.yes,
      timeoutMs: flags.timeout * 1000,
      flags: { ...outputOf(flags), ...clusterOf(flags) },
    })
    if (!flags.json) {
      const { drawRestore } = await import('../../src/cli/keys/restore-draw.ts')
      process.stdout.write(drawRestore(result, flags['dry-run']))
    }
    this.exitWith(result.kustomizations.every(({ ready }) => ready) ? 'done' : 'partial')
    return result
  }
}
