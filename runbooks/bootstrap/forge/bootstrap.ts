// `flux bootstrap github|gitlab|gitea`: everything is there by then, so that it commits nothing, makes no Secret, installs Flux and lets it follow.
import { asFile, tokenOf } from '../../../src/actions/git-credentials.ts'
import type { Facts, WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { Command } from '../../../src/ports/exec.ts'
import type { BootstrapView } from '../plan-facts.ts'
import { gitSecret } from '../plan-facts.ts'
import type { BootstrapPlan } from '../plan-schema.ts'
import { gitSecretStanding } from '../steps/git-secret.ts'
import { isFollowed, isInstalled } from '../steps/install.ts'
import { fluxBootstrap, TOKEN_VARIABLE } from './flags.ts'
import { placeOf } from './repository.ts'

async function commandOf(ctx: ReadContext, plan: BootstrapPlan): Promise<Command<'write'>> {
  const { access } = plan
  if (access?.how !== 'token') throw new Error('a forge is reached by a token')
  const token = await tokenOf(ctx, access)
  const args = fluxBootstrap(plan.file, plan.timeoutMs)
  return { tool: 'flux', args, effect: 'write', env: { [TOKEN_VARIABLE[placeOf(plan).kind]]: token }, timeoutMs: plan.timeoutMs + 60_000 }
}

const shown = ({ file, timeoutMs }: BootstrapPlan, context: string): string =>
  `${TOKEN_VARIABLE[file.flux.style as keyof typeof TOKEN_VARIABLE]}=… flux --context ${context} ${fluxBootstrap(file, timeoutMs).join(' ')}`

/** Somebody may have put other host keys into it meanwhile: flux bootstrap would let Flux read with them. */
async function assertOwnSecret(ctx: ReadContext, plan: BootstrapPlan): Promise<void> {
  if ((await gitSecretStanding(ctx, gitSecret(plan), plan)) === 'same') return
  throw new OpsError({
    code: 'git-secret-moved',
    message: `Secret ${gitSecret(plan)} is not what step git-secret has left: another key, or a host key that was not pinned`,
    hints: [
      'flux bootstrap was not started: it would make one with whatever host key the server shows',
      'who changed it?  then:  flux-ops runs resume',
    ],
  })
}

async function bootstrap(ctx: Context, { plan }: BootstrapView): Promise<Facts> {
  await assertOwnSecret(ctx, plan)
  const { root, remote, branch } = plan.repo
  const { git } = await asFile(ctx, plan)
  const before = await git.remoteHead(root, remote, branch)
  await ctx.exec.run(await commandOf(ctx, plan))
  const after = await git.remoteHead(root, remote, branch)
  // What is verified from here on is what it has left; a second commit is told.
  return { commit: after ?? '', committed: after !== before }
}

export const fluxBootstrapStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'flux-bootstrap',
  title: 'have flux bootstrap install Flux and let it follow',
  why: 'all that it would make is there by now: it finds nothing to commit, and no credentials to make',
  preview: ({ plan }) => [shown(plan, plan.context)],
  isDone: async (ctx, { plan }) => (await isInstalled(ctx, plan)) && (await isFollowed(ctx, plan)),
  run: bootstrap,
}
