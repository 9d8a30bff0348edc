import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { RunCommand } from '../../src/cli/run-command.ts'
import { runFlagsOf } from '../../src/cli/run-flags.ts'
import type { RunReport } from '../../src/cli/run-report.ts'

export default class RecoverFix extends RunCommand {
  static override summary = 'deal with a cause that recover has named: what is safe, or what you name'
  static override description =
    `OBJECT is a cause by its number in the list of recover, or by its name: KIND/NAMESPACE/NAME. What is safe is done: Flux is asked to look again, after its sources, or a HelmRelease begins anew. It is previewed, confirmed, journaled, and proven by what the object says of itself afterwards; the objects are saved before.
What can harm is never done by itself. With --with it is done for somebody who types the name of the object: force (Helm installs or upgrades although it has given up), recreate (one object with an immutable field is deleted and made anew), drop-release (Helm's record of an operation that was cut short), drop-finalizers, pin-host-key (with the --fingerprint that your provider publishes).
What a person has suspended is not resumed here: flux-ops resume. The same by hand: runbooks/recover/README.md`
  static override examples = [
    '<%= config.bin %> recover fix 2',
    '<%= config.bin %> recover fix HelmRelease/media/plex --yes',
    '<%= config.bin %> recover fix --only-safe --yes',
    '<%= config.bin %> recover fix ks/apps/web --with drop-finalizers',
    '<%= config.bin %> recover fix GitRepository/flux-system/home-ops --with pin-host-key --fingerprint SHA256:uNiVztksCsDhcc0u9e8BrRQUzDHLyAT2tAyR7A+ZUbY',
  ]
  static override flags = {
    'only-safe': Flags.boolean({ description: 'every cause that has a safe remedy, and nothing else; the others are listed' }),
    with: Flags.string({
      description: 'another remedy than the safe one',
      options: ['reconcile', 'reset', 'start', 'force', 'recreate', 'drop-release', 'drop-finalizers', 'pin-host-key'],
    }),
    fingerprint: Flags.string({ description: 'host key to be pinned, as your provider publishes it', helpValue: 'SHA256:…' }),
    confirm: Flags.string({ description: 'the name of the object, where no terminal is there to type it', helpValue: 'OBJECT' }),
    timeout: Flags.integer({ description: 'seconds to wait for the proof', default: 180, min: 10, max: 7200, helpValue: 'SECONDS' }),
  }
  static override args = { object: Args.string({ description: 'number or name of the cause' }) }
  static override strict = false

  async run(): Promise<RunReport> {
    const { argv, flags } = await this.parse(RecoverFix)
    const { startFix } = await import('../../src/cli/recover/start-fix.ts')
    return this.finish(
      await startFix(this.invocation, {
        words: argv as string[],
        onlySafe: flags['only-safe'],
        with: flags.with,
        fingerprint: flags.fingerprint,
        confirm: flags.confirm,
        timeoutSeconds: flags.timeout,
        flags: runFlagsOf(flags),
      }),
    )
  }
}
