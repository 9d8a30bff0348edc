import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { plainText } from '../src/cli/flags.ts'
import { RunCommand } from '../src/cli/run-command.ts'
import { runFlagsOf } from '../src/cli/run-flags.ts'
import type { RunReport } from '../src/cli/run-report.ts'
import { selectionFlags, selectionInput } from '../src/cli/suspension-flags.ts'

export default class Suspend extends RunCommand {
  static override summary = 'suspend objects of Flux, and leave who, why and until when at them'
  static override description =
    `OBJECT is KIND/NAME or KIND/NAMESPACE/NAME: ks/apps, hr/media/plex, HelmRelease media/plex. Without a namespace it is looked for in all; -n is the namespace of Flux.
Owner, reason and end stand in annotations of each object; status and recover show them, and what is past its end or has no reason after 7 days as forgotten.
Nothing is resumed by itself when the end comes: "resume --expired" does that. What git says wins: a manifest with suspend: false resumes its object, and you are warned.
An object that is named and suspended already gets your reason; one that somebody else has a reason for is refused. The same by hand: runbooks/suspend/README.md`
  static override examples = [
    '<%= config.bin %> suspend hr/media/plex --reason "disk is moved" --for 4h',
    '<%= config.bin %> suspend ks/apps ks/infrastructure --reason "incident 42" --until 2026-11-23T08:00:00Z --owner "team storage"',
    '<%= config.bin %> suspend --kind ks,hr --in media --reason "restore of volumes" --for 1d --dry-run',
    '<%= config.bin %> suspend -l tier=batch --reason "load test" --for 2h --yes --json',
  ]
  static override flags = {
    reason: Flags.string({
      description: 'why; whoever finds it suspended reads this',
      helpValue: 'TEXT',
      required: true,
      parse: async (value) => plainText(value, 'reason'),
    }),
    for: Flags.string({ description: 'how long: 30m, 4h, 2d, 1w', helpValue: 'SPAN', exclusive: ['until'] }),
    until: Flags.string({ description: 'until when, with a zone', helpValue: 'RFC3339' }),
    owner: Flags.string({
      description: 'who answers for it [default: you]',
      helpValue: 'NAME',
      parse: async (value) => plainText(value, 'owner'),
    }),
    ...selectionFlags('suspend'),
  }
  static override args = { object: Args.string({ description: 'objects, KIND/NAME or KIND/NAMESPACE/NAME' }) }
  static override strict = false

  async run(): Promise<RunReport> {
    const { argv, flags } = await this.parse(Suspend)
    const { runSuspend } = await import('../src/cli/drive.ts')
    const { reason, owner, until } = flags
    const selection = selectionInput(argv, flags)
    return this.finish(await runSuspend(this.invocation, { selection, reason, owner, until, for: flags.for, flags: runFlagsOf(flags) }))
  }
}
