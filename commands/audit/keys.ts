import * as Flags from '@oclif/core/flags'
import { noClusterFlag, repositoryFlag } from '../../src/cli/keys/flags.ts'
import { ClusterCommand } from '../../src/cli/run-command.ts'
import { clusterOf, outputOf } from '../../src/cli/run-flags.ts'

export default class AuditKeys extends ClusterCommand {
  static override summary = 'what is wrong with keys and sealed files, before it is needed that nothing is'
  static override description =
    `Of the repository: Secrets and keys in clear, sealed files that are damaged or not as .sops.yaml says, rules that do not do what they seem to.
Of the cluster: whether it has the keys for what it applies, under names that Flux reads. Reads only; only files that git knows are looked at.
Whether a sealed file was changed shows only with a key: those of the cluster, or --identity. Each rule has a paragraph in runbooks/audit-keys/README.md.
Exit 0: nothing at the level of --fail-on or above. Exit 3: something is, or a rule of that level could not be answered.`
  static override examples = [
    '<%= config.bin %> audit keys',
    '<%= config.bin %> audit keys --repo ~/src/home-ops --context prod-eu --identity ~/recovery.agekey',
    '<%= config.bin %> audit keys --no-cluster --fail-on warning --sarif keys.sarif',
  ]
  static override flags = {
    ...repositoryFlag,
    ...noClusterFlag,
    identity: Flags.string({
      description: 'key file that opens sealed files, to see whether they are as sops wrote them; repeatable',
      helpValue: 'FILE',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
      noCacheDefault: true,
    }),
    'fail-on': Flags.option({ options: ['error', 'warning'] as const, default: 'error', description: 'what ends with exit 3' })(),
    sarif: Flags.string({ description: 'write what was found as SARIF 2.1.0, - for stdout', helpValue: 'FILE' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(AuditKeys)
    const { auditKeys } = await import('../../src/cli/keys/run-audit.ts')
    const report = await auditKeys(this.invocation, {
      repo: flags.repo,
      withCluster: flags.cluster,
      identities: flags.identity,
      sarif: flags.sarif,
      failOn: flags['fail-on'],
      flags: { ...outputOf(flags), ...clusterOf(flags) },
    })
    if (!flags.json && flags.sarif !== '-') {
      const { drawAudit } = await import('../../src/cli/keys/audit-draw.ts')
      process.stdout.write(drawAudit(report))
    }
    this.exitWith(report.failed ? 'checks' : 'done')
    return report
  }
}
