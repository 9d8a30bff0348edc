import { ClusterCommand } from '../src/cli/run-command.ts'

export default class Status extends ClusterCommand {
  static override summary = 'what of Flux runs here, and what is not ready'
  static override description =
    'On one screen: version and keeper of Flux, rollout of every controller, readiness by what stands on what, the causes of what is not ready (as recover names them), what is suspended by whom and since when, the keys and their backups, the last runs. Reads only. Exit 0 also when objects are not ready; exit 1 when the cluster could not be read.'
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --context prod-eu --json']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Status)
    const [{ statusOf }, { drawStatus }, { clusterOf }] = await Promise.all([
      import('../src/cli/status/open.ts'),
      import('../src/cli/status/draw.ts'),
      import('../src/cli/run-flags.ts'),
    ])
    const status = await statusOf(this.invocation, clusterOf(flags))
    if (!flags.json) process.stdout.write(drawStatus(status))
    return status
  }
}
