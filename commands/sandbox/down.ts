import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { type DownResult, down } from '../../src/sandbox/index.ts'

export default class SandboxDown extends BaseCommand {
  static override summary = 'end a sandbox: every process it started, and nothing else'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --name other --delete']
  static override flags = {
    name: Flags.string({ description: 'name of the sandbox', default: 'default', helpValue: 'NAME' }),
    delete: Flags.boolean({ description: 'remove its folder too: cluster, repositories, keys' }),
  }

  async run(): Promise<DownResult> {
    const { flags } = await this.parse(SandboxDown)
    const result = await down(flags.name, { delete: flags.delete })
    if (!result.found) this.log(`there is no sandbox ${result.name}`)
    else this.log(`✔ sandbox ${result.name}: ${result.ended} processes ended${result.deleted ? ', folder removed' : ''}`)
    return result
  }
}
