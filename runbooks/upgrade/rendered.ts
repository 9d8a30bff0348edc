// What the checks of rendered manifests share: one rendering of everything that this clone is applied by.
import { type Build, buildKustomizations } from '../../src/actions/build-kustomizations.ts'
import { ofKind } from '../../src/actions/cluster-survey.ts'
import { once } from '../../src/actions/once.ts'
import { idOf } from '../../src/actions/resources.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { UpgradeInput } from './input.ts'
import { clusterOf, repositoryOf, syncedOf } from './inspect.ts'

export const buildsOf = (ctx: ReadContext, input: UpgradeInput): Promise<Build[]> =>
  once(ctx, `builds ${input.repo}`, async () => {
    const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
    const ours = new Set(syncedOf(cluster, repository).map((each) => each.kustomization))
    const applied = ofKind(cluster.objects, 'Kustomization').filter((each) => ours.has(idOf(each)))
    return buildKustomizations(ctx, repository, applied)
  })
