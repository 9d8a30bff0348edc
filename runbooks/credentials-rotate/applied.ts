// Where Flux applies the Secret from git itself: the commit is fetched and applied, and the Secret holds what it says.

import { request, requested } from '../../src/actions/requests.ts'
import { atCommit, readFluxObject } from '../../src/actions/sync-source.ts'
import { type Seen, waitFor } from '../../src/actions/wait-for.ts'
import { verdict } from '../../src/flux/conditions.ts'
import { appliedRevision, artifactRevision } from '../../src/flux/revisions.ts'
import type { Context, ReadContext } from '../../src/ports/context.ts'
import { type CredentialsView, type Phase, phaseTrailer } from './plan-facts.ts'
import { sealedOf } from './sealed/publish.ts'
import { standing } from './swap.ts'

const STANDS: Readonly<Record<Phase, string>> = { next: 'next', back: 'old' }

async function look(ctx: ReadContext, view: CredentialsView, phase: Phase): Promise<Seen<true>> {
  const { repo } = sealedOf(view)
  const trailer = phaseTrailer(view.runId, phase)
  const source = await readFluxObject(ctx.kube, 'GitRepository', repo.source)
  if (!(await atCommit(ctx, repo, trailer, artifactRevision(source))))
    return { done: false, lastSeen: `GitRepository ${repo.source} at ${artifactRevision(source) ?? 'nothing'}` }
  const kustomization = await readFluxObject(ctx.kube, 'Kustomization', view.plan.managedBy ?? '')
  if (!(await atCommit(ctx, repo, trailer, appliedRevision(kustomization))))
    return { done: false, lastSeen: `Kustomization ${view.plan.managedBy}: ${verdict(kustomization).message}`.slice(0, 400) }
  if ((await standing(ctx, view)) !== STANDS[phase]) return { done: false, lastSeen: `Secret ${view.plan.secret} holds another one` }
  return { done: true, value: true }
}

export const isAppliedFromGit = async (ctx: ReadContext, view: CredentialsView, phase: Phase): Promise<boolean> =>
  (await look(ctx, view, phase)).done

export async function haveApplied(ctx: Context, view: CredentialsView, phase: Phase): Promise<void> {
  const token = `${view.runId}/${phase}`
  const { repo } = sealedOf(view)
  let fetched = ''
  await waitFor(ctx, {
    waitingFor: `Flux to apply Secret ${view.plan.secret} from git`,
    timeoutMs: view.plan.timeoutMs,
    code: 'apply-timeout',
    hints: ['flux get kustomizations -A', 'once it is applied:  flux-ops runs resume'],
    probe: async () => {
      const source = await readFluxObject(ctx.kube, 'GitRepository', repo.source)
      if (!requested(source, token)) await request(ctx.kube, source, token)
      const revision = artifactRevision(source) ?? ''
      // Asked anew for each revision: what it applied before the fetch is not the commit.
      const own = await readFluxObject(ctx.kube, 'Kustomization', view.plan.managedBy ?? '')
      if (revision !== fetched) await request(ctx.kube, own, `${token}/${revision}`)
      fetched = revision
      return look(ctx, view, phase)
    },
  })
}
