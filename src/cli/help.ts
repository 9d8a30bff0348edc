// oclif's help, plus the exit codes, which come from the one map in errors.ts.
import type { Command } from '@oclif/core'
import { Help } from '@oclif/core/help'
import { EXIT_CODES } from '../errors.ts'

const ENVIRONMENT: [string, string][] = [
  ['FLUX_OPS_CONTEXT, FLUX_OPS_KUBECONFIG, FLUX_OPS_NAMESPACE, FLUX_OPS_REPO', 'defaults for the flags of the same name'],
  ['FLUX_OPS_FORGE', 'default for --forge'],
  ['FLUX_OPS_FORGE_TOKEN', 'token for pull requests; else GITEA_TOKEN, git credentials, or what gh and glab are logged in with'],
  ['KUBECONFIG', 'as kubectl reads it'],
  ['XDG_STATE_HOME', 'runs are kept below it, in flux-ops/runs'],
  ['NO_COLOR, FORCE_COLOR', 'colours'],
  ['FLUX_OPS_DEBUG=1', 'stack traces'],
]

export class OpsHelp extends Help {
  private exitCodes(): string {
    const rows = Object.values(EXIT_CODES).map(({ code, meaning }): [string, string] => [String(code), meaning])
    return this.section('EXIT CODES', this.renderList(rows, { indentation: 2, spacer: '\n' }))
  }

  protected override formatCommand(command: Command.Loadable): string {
    return `${super.formatCommand(command).trimEnd()}\n\n${this.exitCodes()}`
  }

  override formatRoot(): string {
    const environment = this.section('ENVIRONMENT', this.renderList(ENVIRONMENT, { indentation: 2, spacer: '\n' }))
    return `${super.formatRoot().trimEnd()}\n\n${this.exitCodes()}\n\n${environment}\n`
  }
}
