import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.ts'

export default class SchemaCluster extends BaseCommand {
  static override summary = 'the JSON schema of a cluster file, for editors and validators'
  static override description =
    `Of draft 2020-12, with a description of every field, its default and an example. Written beside a cluster file, an editor takes it by the first line of that:
# yaml-language-server: $schema=cluster-v1.json
What concerns more than one field is not in it: flux-ops schema check FILE sees that too.`
  static override examples = ['<%= config.bin %> schema cluster', '<%= config.bin %> schema cluster --out cluster-v1.json']
  static override flags = {
    out: Flags.string({ description: 'write it to a file, over an older one [default: stdout]', helpValue: 'FILE' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(SchemaCluster)
    const { publishSchema } = await import('../../src/cli/cluster-file/publish-schema.ts')
    const { schema, text } = await publishSchema(flags.out)
    if (!flags.json && flags.out === undefined) process.stdout.write(text)
    return schema
  }
}
