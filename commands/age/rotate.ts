import { rotateFlags } from '../../src/cli/keys/rotate-flags.ts'
import { RunCommand } from '../../src/cli/run-command.ts'
import { runFlagsOf } from '../../src/cli/run-flags.ts'
import type { RunReport } from '../../src/cli/run-report.ts'

export default class AgeRotate extends RunCommand {
  static override summary = 'replace an age key that Flux decrypts with, without a moment at which something does not decrypt'
  static override description =
    `Makes a new key beside the old one in the cluster and backs both up; seals every file to both, commits, pushes and waits until Flux has applied it;
proves that the new key alone opens everything; seals every file anew without the old key, with new data keys, commits, pushes and waits; takes the old key out of the cluster.
Files are replaced whole and proven before; everything else in them stays byte for byte. Until the old key leaves the cluster "flux-ops runs abandon" takes the run back.
A run that stops anywhere goes on with "flux-ops runs resume". The same by hand: runbooks/age-rotate/README.md`
  static override examples = [
    '<%= config.bin %> age rotate --to age1… --out /media/usb --dry-run',
    '<%= config.bin %> age rotate --to age1… --identity ~/offline.agekey --out /media/usb',
    '<%= config.bin %> age rotate --shares 3/5 --sheet --out /media/usb --keep-old-until 2026-12-24',
    '<%= config.bin %> age rotate --compromised --passphrase-file pass.txt --out /media/usb',
  ]
  static override flags = rotateFlags

  async run(): Promise<RunReport> {
    const { flags } = await this.parse(AgeRotate)
    const { startRotation } = await import('../../src/cli/keys/start-rotation.ts')
    return this.finish(await startRotation(this.invocation, flags, runFlagsOf(flags)))
  }
}
