import * as Flags from '@oclif/core/flags'
import { plainText } from '../src/cli/flags.ts'
import { type ForgeName, proposalFlags } from '../src/cli/proposal-flags.ts'
import { RunCommand } from '../src/cli/run-command.ts'
import { isGiven, runFlagsOf } from '../src/cli/run-flags.ts'
import type { RunReport } from '../src/cli/run-report.ts'

export default class Bootstrap extends RunCommand {
  static override summary = 'make a cluster follow a repository, as a cluster file says'
  static override description =
    `Checks that it is the cluster that is meant and that no other Flux keeps it; gives Flux its secrets first; writes what is missing in the
repository, commits and pushes it; installs Flux from that commit, lets it follow the repository, and waits until every layer is Ready at the commit.
Run again it changes nothing. Nobody is asked with --yes: a script needs the file, the variables that it names, and the exit code.
A run that stops anywhere goes on with "flux-ops runs resume"; until the push "flux-ops runs abandon" takes it back. The same by hand: runbooks/bootstrap/README.md`
  static override examples = [
    '<%= config.bin %> schema cluster > cluster-v1.json',
    '<%= config.bin %> bootstrap -f cluster.yaml --dry-run',
    '<%= config.bin %> bootstrap -f cluster.yaml',
    '<%= config.bin %> bootstrap -f cluster.yaml --pr',
    '<%= config.bin %> bootstrap -f cluster.yaml --no-push --repo ~/src/fleet',
    'GIT_TOKEN=… <%= config.bin %> bootstrap -f cluster.yaml --yes --json',
  ]
  static override flags = {
    file: Flags.string({
      char: 'f',
      description: 'the cluster file',
      helpValue: 'FILE',
      required: true,
      parse: async (value) => plainText(value, 'file'),
    }),
    'no-push': Flags.boolean({
      description: 'write the files, and let you commit and push them; the run waits until the branch has them (git.publish: none)',
      exclusive: ['pr'],
    }),
    repo: Flags.string({
      description: 'your clone that the files are written into, with --no-push [default: one of the tool’s own]',
      helpValue: 'DIR',
      parse: async (value) => plainText(value, 'repo'),
    }),
    ...proposalFlags,
  }

  async run(): Promise<RunReport> {
    const parsed = await this.parse(Bootstrap)
    const { flags } = parsed
    const { startBootstrap } = await import('../src/cli/bootstrap/start-bootstrap.ts')
    const given = {
      file: flags.file,
      namespace: isGiven(parsed, 'namespace') ? flags.namespace : undefined,
      noPush: flags['no-push'],
      pullRequest: flags.pr ? { forge: flags.forge as ForgeName | undefined, url: flags['forge-url'] } : undefined,
      repo: flags.repo,
    }
    return this.finish(await startBootstrap(this.invocation, given, runFlagsOf(flags)))
  }
}
