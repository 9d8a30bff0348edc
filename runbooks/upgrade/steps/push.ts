import { isPushed, pushCommit, pushLine } from '../../../src/actions/commit-and-push.ts'
import { otherPins } from '../../../src/actions/pinned.ts'
import { readTexts } from '../../../src/actions/repository-survey.ts'
import { belowAny } from '../../../src/actions/synced-files.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import { scanManifests } from '../../../src/flux/manifests.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import { promotionLine, trailerOf, wantedBy } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'

/** After a lost race: what the others pushed may hold pins and removed API versions that the plan knows nothing of. Throws `repository-moved`. */
export async function recheck(ctx: ReadContext, plan: UpgradePlan): Promise<void> {
  const { root } = plan.repo
  const pinned = new Set(plan.pins.map((each) => each.file))
  const paths = (await ctx.files.walk(root)).filter((path) => /\.ya?ml$/.test(path))
  const { files, unreadable } = await readTexts(
    ctx,
    root,
    paths.filter((path) => pinned.has(path) || belowAny(path, plan.tree)),
  )
  const known = new Set(plan.unmigrated)
  const found = [
    ...unreadable.filter((each) => pinned.has(each.path)).map((each) => `${each.path}  cannot be read: ${each.why}`),
    ...scanManifests(files, plan.to)
      .findings.filter((each) => !known.has(`${each.file} ${each.kind} ${each.name} ${each.apiVersion}`))
      .map((each) => `${each.file}:${each.line}  ${each.kind} ${each.apiVersion}, which Flux ${plan.to} does not serve`),
    ...otherPins(
      files.filter((file) => pinned.has(file.path)),
      wantedBy(plan),
    ),
  ]
  if (found.length === 0) return
  throw new OpsError({
    code: 'repository-moved',
    message: ['not pushed: what came from others meanwhile has to be upgraded as well', ...found.map((line) => `  ${line}`)].join('\n'),
    hints: ['take this run back and plan again:  flux-ops runs abandon', `then:  flux-ops upgrade --to ${plan.to}`],
  })
}

export function push(plan: UpgradePlan): WriteStep<UpgradePlan> {
  const line = promotionLine(plan)
  return {
    kind: 'write',
    id: 'push',
    title: `push to ${plan.repo.remote}/${plan.repo.branch}`,
    why: 'Flux applies what the branch holds; from here on the cluster upgrades itself even if this run stops',
    ...(line === undefined ? {} : { pointOfNoReturn: line }),
    preview: (view) => [pushLine(view.plan.repo, '<commit of this run>')],
    isDone: (ctx, view) => isPushed(ctx, view.plan.repo, trailerOf(view)),
    run: async (ctx, view) => {
      const { commit, replayed } = await pushCommit(ctx, view.plan.repo, trailerOf(view), () => recheck(ctx, view.plan))
      return { commit, replayed }
    },
  }
}
