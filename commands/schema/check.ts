import * as Args from '@oclif/core/args'
import { BaseCommand } from '../../src/cli/base-command.ts'

export default class SchemaCheck extends BaseCommand {
  static override summary = 'read a cluster file, and say what it means or all that is wrong with it'
  static override description =
    `Each problem with line, column and what to write instead. What the file means is told with every default filled in. No cluster, repository or key is looked at.
Secrets never stand in such a file: one that looks like it is refused, and not repeated.
Exit 0: it can be used. Exit 2: it cannot. With --json: valid, cluster, and problems with line, column, what and hint.`
  static override examples = [
    '<%= config.bin %> schema check cluster.yaml',
    '<%= config.bin %> schema check cluster.yaml --json',
    'envsubst < cluster.yaml.in | <%= config.bin %> schema check -',
  ]
  static override args = { file: Args.string({ description: 'cluster file; - is standard input', required: true }) }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(SchemaCheck)
    const { checkFile } = await import('../../src/cli/cluster-file/check-file.ts')
    const result = await checkFile(args.file, flags.json === true)
    if (result.cluster !== null && !flags.json) {
      const { drawCluster } = await import('../../src/cli/cluster-file/draw-cluster.ts')
      process.stdout.write(drawCluster(result.file, result.cluster))
    }
    this.exitWith(result.valid ? 'done' : 'usage')
    return result
  }
}
