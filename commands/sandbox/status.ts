import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { type SandboxStatus, status } from '../../src/sandbox/index.ts'

export default class SandboxStatusCommand extends BaseCommand {
  static override summary = 'what runs in a sandbox'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --name other --json']
  static override flags = { name: Flags.string({ description: 'name of the sandbox', default: 'default', helpValue: 'NAME' }) }

  async run(): Promise<SandboxStatus> {
    const { flags } = await this.parse(SandboxStatusCommand)
    const found = await status(flags.name)
    for (const line of describe(found)) this.log(line)
    return found
  }
}

function describe(found: SandboxStatus): string[] {
  if (!found.exists) return [`there is no sandbox ${found.name}`, `  flux-ops sandbox up --name ${found.name}`]
  const mark = (good: boolean): string => (good ? '✔' : '✗')
  return [
    `sandbox ${found.name}  ${found.phase}  Flux ${found.flux ?? 'none'}, style ${found.style}`,
    `  folder      ${found.dir}`,
    `  kubeconfig  ${found.kubeconfig}`,
    `${mark(found.api.ready)} API ${found.api.url ?? 'has no address yet'}`,
    ...found.processes.map((process) => `${mark(process.alive)} ${process.name}  pid ${process.pid}`),
    ...found.controllers.map(({ alive, image, pid, restarts }) => `${mark(alive)} ${image}  pid ${pid}, ${restarts} restarts`),
  ]
}
