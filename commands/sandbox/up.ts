import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { type ProgressLine, type SandboxStatus, standardUp, status } from '../../src/sandbox/index.ts'
import { formatLine } from '../../src/sandbox/progress-line.ts'

const STYLES = ['pin', 'bootstrap', 'operator', 'operator-helm', 'helm', 'none'] as const

export default class SandboxUp extends BaseCommand {
  static override summary = 'start a real control plane on this machine, with Flux if asked'
  static override description =
    `etcd, kube-apiserver, kube-controller-manager and the Flux controllers run as processes of yours under one folder, on loopback only.
The first time, what is missing is built from source: about 25 minutes on two cores, once for a machine. Called again it starts only what does not run.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --flux 2.7.3 --style pin',
    '<%= config.bin %> <%= command.id %> --name other --flux none',
  ]
  static override flags = {
    name: Flags.string({ description: 'name of the sandbox', default: 'default', helpValue: 'NAME' }),
    flux: Flags.string({ description: "Flux release, or 'none' [default: 2.7.3, or what the sandbox has]", helpValue: 'VERSION' }),
    style: Flags.string({
      description:
        'how Flux is installed: pin (kustomize and OCI), bootstrap (flux bootstrap), operator (FluxInstance in git), operator-helm (charts flux-operator and flux-instance), helm (a chart of the shape of flux2), none (controllers only)',
      options: [...STYLES],
    }),
    forge: Flags.boolean({
      description: 'the repository lives on a real forge (Gitea), for pull requests; built the first time, about 5 minutes',
    }),
    'use-path': Flags.boolean({ description: 'take binaries of the pinned version from PATH where they are' }),
  }

  async run(): Promise<SandboxStatus> {
    const { flags } = await this.parse(SandboxUp)
    const before = await status(flags.name)
    const flux = flags.flux ?? (before.exists ? (before.flux ?? 'none') : '2.7.3')
    const style = STYLES.find((known) => known === flags.style) ?? (before.exists ? before.style : flux === 'none' ? 'none' : 'pin')
    await standardUp({ name: flags.name, flux, style, usePath: flags['use-path'], forge: flags.forge || before.forge !== null }, (line) =>
      this.#draw(line),
    )
    const after = await status(flags.name)
    this.log(`✔ sandbox ${after.name} is up, Flux ${after.flux ?? 'none'}`)
    this.log(`  export KUBECONFIG=${after.kubeconfig} GIT_CONFIG_GLOBAL=${after.gitconfig} PATH=${after.dir}/bin:$PATH`)
    if (after.style !== 'none') this.log(`  cd ${after.repo}`)
    if (after.forge !== null) this.log(`  forge ${after.forge}, its token is in ${after.dir}/secrets/git-password`)
    return after
  }

  #draw(line: ProgressLine): void {
    process.stderr.write(this.jsonEnabled() ? `${JSON.stringify({ type: 'sandbox.progress', ...line })}\n` : `${formatLine(line)}\n`)
  }
}
