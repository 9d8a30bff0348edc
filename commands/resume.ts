import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { plainText } from '../src/cli/flags.ts'
import { RunCommand } from '../src/cli/run-command.ts'
import { runFlagsOf } from '../src/cli/run-flags.ts'
import type { RunReport } from '../src/cli/run-report.ts'
import { selectionFlags, selectionInput, timeoutFlag } from '../src/cli/suspension-flags.ts'

export default class Resume extends RunCommand {
  static override summary = 'resume suspended objects in the order of what needs what, each layer proven'
  static override description =
    `Sources first, then what they feed, then by dependsOn; what applies a suspended object before that object. Each layer is Ready before the next is let go; the first that is not stops the run.
Only what is chosen is resumed. Who suspended it, and why, is shown before you are asked. What a run of flux-ops holds is left to "runs resume".
With --once each is let go, proven Ready, and suspended again as it was, whatever comes of it: also after kill -9, by "runs resume" or "runs abandon".
"runs abandon" suspends again what an unfinished run has resumed. The same by hand: runbooks/resume/README.md`
  static override examples = [
    '<%= config.bin %> resume hr/media/plex',
    '<%= config.bin %> resume --all --dry-run',
    '<%= config.bin %> resume --expired --yes',
    '<%= config.bin %> resume --in media --owner you@laptop',
    '<%= config.bin %> resume --once ks/apps',
  ]
  static override flags = {
    once: Flags.boolean({ description: 'let it reconcile once, then suspend it again' }),
    expired: Flags.boolean({ description: 'only what is past the end that was given' }),
    owner: Flags.string({
      description: 'only what this person has suspended',
      helpValue: 'NAME',
      parse: async (value) => plainText(value, 'owner'),
    }),
    ...selectionFlags('resume'),
    ...timeoutFlag,
  }
  static override args = { object: Args.string({ description: 'objects, KIND/NAME or KIND/NAMESPACE/NAME' }) }
  static override strict = false

  async run(): Promise<RunReport> {
    const { argv, flags } = await this.parse(Resume)
    const { runResume } = await import('../src/cli/drive.ts')
    const { once, expired, owner, timeout: timeoutSeconds } = flags
    const selection = selectionInput(argv, flags)
    return this.finish(await runResume(this.invocation, { selection, once, expired, owner, timeoutSeconds, flags: runFlagsOf(flags) }))
  }
}
