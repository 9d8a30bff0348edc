import { rotateFlags } from '../../src/cli/credentials/rotate-flags.ts'
import { rotateInput } from '../../src/cli/credentials/rotate-input.ts'
import { loadRunbook } from '../../src/cli/load-runbook.ts'
import { RunCommand } from '../../src/cli/run-command.ts'
import { isGiven, runFlagsOf } from '../../src/cli/run-flags.ts'
import type { RunReport } from '../../src/cli/run-report.ts'
import { startRun } from '../../src/cli/run-runbook.ts'

export default class CredentialsRotate extends RunCommand {
  static override summary = 'replace the deploy key or token that Flux reads git with, without a fetch that fails'
  static override description =
    `Puts the new one into the cluster beside the old one, waits until the server takes it (exit 4; you register the key), exchanges it in the Secret, sees every
source fetch with it, waits until the server refuses the old one (exit 4; you remove it), and sees every source fetch once more. Host keys stay as they are pinned.
A copy of the Secret in git, sealed by sops, is sealed anew and pushed. While the server takes the old one, "flux-ops runs abandon" takes the run back.
A run that waits or has stopped goes on with "flux-ops runs resume". The same by hand: runbooks/credentials-rotate/README.md`
  static override examples = [
    '<%= config.bin %> credentials rotate --dry-run',
    '<%= config.bin %> credentials rotate --source flux-system/home-ops --generate ed25519',
    '<%= config.bin %> credentials rotate --key-file ~/new-deploy-key --passphrase-env KEY_PASSPHRASE',
    '<%= config.bin %> credentials rotate --token-env NEW_GIT_TOKEN --keep-old',
  ]
  static override flags = rotateFlags

  async run(): Promise<RunReport> {
    const parsed = await this.parse(CredentialsRotate)
    const flags = runFlagsOf(parsed.flags)
    const input = rotateInput(parsed.flags, { namespace: flags.namespace, repoNamed: isGiven(parsed, 'repo'), env: this.invocation.env })
    return this.finish((await startRun(this.invocation, { runbook: await loadRunbook('credentials-rotate'), input, flags })).report)
  }
}
