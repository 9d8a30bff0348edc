// Both ways to the repository: the cluster has to fetch from it, and you have to push to it.
import { pushAllowedFrom } from '../../../src/actions/checks/clone.ts'
import { idOf } from '../../../src/actions/resources.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { isSuspended, verdict } from '../../../src/flux/conditions.ts'
import { objectLabel } from '../../../src/flux/kinds.ts'
import { artifactRevision } from '../../../src/flux/revisions.ts'
import type { Style } from '../../../src/flux/styles.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf, repositoryOf, styleOf, syncedOf } from '../inspect.ts'
import { answers, counted, failOn, pass } from './results.ts'

/** Sources that the upgrade needs: of the clone, and of Flux itself. */
function needed(objects: readonly KubeObject[], git: ReadonlySet<string>, own: string | undefined): KubeObject[] {
  return objects.filter((object) => (object.kind === 'GitRepository' && git.has(idOf(object))) || `${object.kind} ${idOf(object)}` === own)
}

/** `OCIRepository flux-system/flux-manifests`: what Flux itself is fetched from, besides git. */
function ownSource(style: Style): string | undefined {
  if (style.style === 'helm') return `${style.source.kind} ${style.source.id}`
  return style.style === 'pin' && style.self ? `OCIRepository ${style.self.source}` : undefined
}

export const sourceFetches: Check<UpgradeInput> = {
  id: 'source-fetches',
  title: 'the cluster fetches what it applies Flux from',
  severity: 'error',
  probe: async (ctx, input) => {
    const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
    const style = styleOf(cluster, repository)
    const git = new Set(syncedOf(cluster, repository).map((each) => each.source))
    const sources = needed(cluster.objects, git, ownSource(style))
    const states = sources.filter((source) => !isSuspended(source)).map((source) => ({ source, verdict: verdict(source) }))
    const items = states
      .filter((each) => each.verdict.state === 'failed')
      .map(({ source, verdict: { reason, message } }): CheckItem => ({ where: objectLabel(source), what: `${reason}: ${message}` }))
    if (items.length > 0) {
      return failOn(
        'source-fetches',
        items,
        (count) => `${counted(count, 'source')} cannot be fetched: the new version would never arrive`,
        'flux get sources all -A',
        'credentials that have run out: renew them in the Secret that spec.secretRef names',
      )
    }
    // A source that is looked at just now has an artifact of the last time; one that has none was never fetched.
    const pending = states.find((each) => each.verdict.state !== 'ready' && artifactRevision(each.source) === undefined)
    if (pending)
      return { status: 'unknown', cause: `${objectLabel(pending.source)} is ${pending.verdict.state}: ${pending.verdict.message}` }
    return sources.length === 0
      ? { status: 'unknown', cause: 'no source of this clone is found' }
      : pass(sources.map(objectLabel).join(', '))
  },
}

export const pushAllowed: Check<UpgradeInput> = {
  id: 'push-allowed',
  title: 'you may push to the branch that the cluster syncs',
  severity: 'error',
  probe: async (ctx, input) => pushAllowedFrom(ctx, answers, await repositoryOf(ctx, input)),
}
