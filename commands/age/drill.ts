import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { backupFlags, list, noClusterFlag, repositoryFlag, secretFlag } from '../../src/cli/keys/flags.ts'
import { ClusterCommand } from '../../src/cli/run-command.ts'
import { clusterOf, outputOf } from '../../src/cli/run-flags.ts'

const EXIT = { passed: 'done', failed: 'checks', unknown: 'checks' } as const

export default class AgeDrill extends ClusterCommand {
  static override summary = 'prove that a backup of the age keys brings everything back'
  static override description =
    `From the backup alone, in memory: every sealed file of the repository opens, as it lies there and as it is committed, and its MAC holds (Flux does not look at it).
Of the cluster: its Secrets open every sealed file that is meant for them, as it is in the clone and as it was last applied, and hold no key that is not in the backup.
A key that is in the backup proves nothing: give one that is kept elsewhere.
The backup is one sealed file, or the files of enough shares. Nothing is written, but the date of a drill that passed, as an annotation of each Secret (--no-record).
Exit 0: passed. Exit 3: failed, or something could not be answered. The same by hand: runbooks/age-drill/README.md`
  static override examples = [
    '<%= config.bin %> age drill prod-eu.age --identity ~/recovery.agekey --repo ~/src/home-ops',
    '<%= config.bin %> age drill prod-eu-share-1.txt prod-eu-share-3.txt prod-eu-share-4.txt',
    '<%= config.bin %> age drill prod-eu.age --passphrase-file - --no-cluster --html drill.html < passphrase',
  ]
  static override flags = {
    ...repositoryFlag,
    ...backupFlags,
    ...secretFlag,
    ...noClusterFlag,
    path: list('path', 'folder of the repository to narrow to, where clusters with keys of their own share it', 'DIR'),
    html: Flags.string({ description: 'write the report as one HTML page, over nothing but an older one', helpValue: 'FILE' }),
    record: Flags.boolean({
      description: 'let the Secrets remember the date of a drill that passed',
      allowNo: true,
      default: true,
      noCacheDefault: true,
    }),
  }
  static override args = { backup: Args.string({ description: 'sealed file of the backup, or share files', required: true }) }
  static override strict = false

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(AgeDrill)
    const { runDrill } = await import('../../src/cli/keys/run-drill.ts')
    const { result, named } = await runDrill(this.invocation, {
      files: argv as string[],
      identities: flags.identity ?? [],
      passphraseFile: flags['passphrase-file'],
      repo: flags.repo,
      only: flags.path ?? [],
      secrets: flags.secret ?? [],
      withCluster: flags.cluster,
      record: flags.record,
      html: flags.html,
      flags: { ...outputOf(flags), ...clusterOf(flags) },
    })
    if (!flags.json) {
      const { drawDrill } = await import('../../src/cli/keys/drill-draw.ts')
      process.stdout.write(drawDrill(result, named))
    }
    this.exitWith(EXIT[result.verdict])
    return result
  }
}
