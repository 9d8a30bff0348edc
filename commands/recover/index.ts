import { pictureFlags, pictureRequest } from '../../src/cli/recover/picture-flags.ts'
import { openTelling } from '../../src/cli/recover/telling.ts'
import { ClusterCommand } from '../../src/cli/run-command.ts'

export default class Recover extends ClusterCommand {
  static override summary = 'why it is not ready: the causes, not the symptoms'
  static override description =
    `Reads every object of Flux, its controllers and warnings, follows what waits for what, and names the causes: what each says, since when, what it blocks, and what to do, ranked as safe, as needing a person, and as what is never to be done. Reads only.
--tree, --html and --svg show it as a graph: the causes in front, by their numbers, and behind them what waits, folded by namespace and kind. The page needs no network.
Exit 0: nothing is wrong. Exit 3: there is a cause, or something could not be seen.`
  static override examples = [
    '<%= config.bin %> recover',
    '<%= config.bin %> recover --context prod-eu --json',
    '<%= config.bin %> recover --html incident.html',
  ]
  static override flags = pictureFlags

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Recover)
    const pictures = await pictureRequest(flags)
    // Before anything large is loaded: somebody waits.
    const telling = openTelling(flags, this.invocation)
    const [{ readDiagnosis }, { clusterOf }] = await Promise.all([
      import('../../src/cli/recover/read-diagnosis.ts'),
      import('../../src/cli/run-flags.ts'),
    ])
    const diagnosis = await readDiagnosis(this.invocation, clusterOf(flags), telling).finally(telling.end)
    const { showDiagnosis } = await import('../../src/cli/recover/show.ts')
    await showDiagnosis(diagnosis, pictures)
    if (diagnosis.causes.length > 0 || diagnosis.unseen.length > 0) this.exitWith('checks')
    return diagnosis
  }
}
