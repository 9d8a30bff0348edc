import * as Flags from '@oclif/core/flags'
import { parseInterval } from '../src/cli/flags.ts'
import { ClusterCommand } from '../src/cli/run-command.ts'
import { clusterOf } from '../src/cli/run-flags.ts'

export default class Status extends ClusterCommand {
  static override summary = 'what of Flux runs here, and what is not ready'
  static override description =
    `On one screen: version and keeper of Flux, rollout of every controller, readiness by what stands on what, the causes of what is not ready (as recover names them), what is suspended by whom and since when, the keys and their backups, the last runs. Reads only. Exit 0 also when objects are not ready; exit 1 when the cluster could not be read.
--watch looks again and again: on a terminal a live screen, elsewhere and with --plain or NO_COLOR lines of what changed, with --json one JSON object a line (type: status, change, lost, back). A cluster that does not answer is told with since when, and waited for. Exit 0 after q, 130 after Ctrl-C or another signal.`
  static override examples = [
    '<%= config.bin %> status',
    '<%= config.bin %> status --context prod-eu --json',
    '<%= config.bin %> status --watch --interval 10s',
  ]
  static override flags = {
    watch: Flags.boolean({ char: 'w', description: 'look again and again, until q or Ctrl-C' }),
    interval: Flags.string({
      description: 'time between two looks: 5s, 1m [default: 5s]',
      helpValue: 'TIME',
      dependsOn: ['watch'],
      parse: async (value) => String(parseInterval(value)),
    }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Status)
    if (flags.watch) {
      const { runWatch } = await import('../src/cli/status/run-watch.ts')
      this.exitWith(await runWatch(this.invocation, { ...flags, ...clusterOf(flags) }, Number(flags.interval ?? 5_000)))
      return undefined
    }
    const [{ statusOf }, { drawStatus }] = await Promise.all([import('../src/cli/status/open.ts'), import('../src/cli/status/draw.ts')])
    const status = await statusOf(this.invocation, clusterOf(flags))
    if (!flags.json) process.stdout.write(drawStatus(status))
    return status
  }
}
