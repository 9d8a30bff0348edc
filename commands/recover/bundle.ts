import * as Flags from '@oclif/core/flags'
import { list, repositoryFlag } from '../../src/cli/keys/flags.ts'
import { ClusterCommand } from '../../src/cli/run-command.ts'
import { clusterOf, outputOf } from '../../src/cli/run-flags.ts'

export default class RecoverBundle extends ClusterCommand {
  static override summary = 'one archive of what is wrong, without secrets, for a colleague or an issue'
  static override description =
    `Writes what recover reads (objects of Flux, controllers, pods, warnings, namespaces), the last lines of the controllers' logs, versions and the diagnosis into one .tar.gz, for flux-ops recover --from.
Redacted: no Secret is read; values, variables, environments, most arguments, labels and annotations are left out; keys, tokens, passwords and credentials in URLs are taken out of messages and logs. Names, hosts and messages stay: --dry-run lists what goes in and what is left out.
With --recipient it is sealed (.tar.gz.age), and nothing of it lies anywhere in the clear. Nothing is overwritten.
Exit 0: written; what could not be seen is told, and stands in it.`
  static override examples = [
    '<%= config.bin %> recover bundle --dry-run',
    '<%= config.bin %> recover bundle --out prod-eu.tar.gz',
    '<%= config.bin %> recover bundle --recipient age1… --recipient "ssh-ed25519 AAAA…"',
    '<%= config.bin %> recover bundle --recipient oncall --repo ~/src/home-ops',
  ]
  static override flags = {
    out: Flags.string({ description: 'file to write [default: named after context and time, in the current folder]', helpValue: 'FILE' }),
    recipient: list('recipient', 'seal it to this one: age1…, an SSH public key, or a name of .flux-ops.yaml; repeatable', 'RECIPIENT'),
    lines: Flags.integer({ description: 'lines of each log', default: 200, min: 0, max: 5000, helpValue: 'N' }),
    ...repositoryFlag,
    'dry-run': Flags.boolean({ description: 'list what would go in, and what is left out; write nothing' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(RecoverBundle)
    const { makeBundle } = await import('../../src/cli/recover/make-bundle.ts')
    const result = await makeBundle(this.invocation, {
      out: flags.out,
      recipients: flags.recipient ?? [],
      repo: flags.repo,
      lines: flags.lines,
      dryRun: flags['dry-run'],
      flags: { ...outputOf(flags), ...clusterOf(flags) },
    })
    if (!flags.json) {
      const { drawBundle } = await import('../../src/cli/recover/bundle-draw.ts')
      process.stdout.write(drawBundle(result))
    }
    return result
  }
}
