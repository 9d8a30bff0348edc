// What the releases on the way change for this cluster. Checks and plan say the same, as both ask here.
import type { ClusterSurvey } from '../../src/actions/cluster-survey.ts'
import { factWorld } from '../../src/actions/fact-world.ts'
import { once } from '../../src/actions/once.ts'
import type { RepositorySurvey } from '../../src/actions/repository-survey.ts'
import { below, syncedTree } from '../../src/actions/synced-files.ts'
import { FACTS, factsOnTheWay, type JudgedFact, judge } from '../../src/flux/catalogue/facts/index.ts'
import type { Hop } from '../../src/flux/hops.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { UpgradeInput } from './input.ts'
import { clusterOf, knownHops, liveVersion, repositoryOf, syncedOf, targetOf } from './inspect.ts'
import type { PlannedFact } from './plan-schema.ts'

/** A plan is read by people and journaled: of a fact about a thousand objects these many are named, and all are counted. */
const NAMED = 50

export interface Outlook {
  readonly judged: readonly JudgedFact[]
}

export async function outlook(
  ctx: ReadContext,
  cluster: ClusterSurvey,
  repository: RepositorySurvey,
  hops: readonly Pick<Hop, 'to'>[],
): Promise<Outlook> {
  const stops = hops.map((hop) => hop.to)
  const facts = factsOnTheWay(liveVersion(cluster), stops)
  const synced = syncedOf(cluster, repository).map((each) => each.path)
  const tree = syncedTree(repository.files, synced)
  const isIn = below(tree)
  const files = repository.files.filter(({ path }) => isIn(path))
  return { judged: judge(await factWorld(ctx.kube, cluster, files, facts), facts) }
}

export const outlookOf = (ctx: ReadContext, input: UpgradeInput): Promise<Outlook> =>
  once(ctx, `outlook ${input.to}`, async () => {
    const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
    const hops = await knownHops(ctx, input)
    return outlook(ctx, cluster, repository, hops.length > 0 ? hops : [{ to: targetOf(input).version }])
  })

/** The facts that concern this cluster, or may, as data. */
export const plannedFacts = ({ judged }: Outlook): PlannedFact[] =>
  judged
    .filter(({ finding }) => finding.objects.length > 0 || finding.unknown !== undefined)
    .map(({ fact, finding }) => ({
      id: fact.id,
      minor: fact.minor,
      severity: fact.severity,
      title: fact.title,
      breaks: fact.breaks,
      fix: fact.fix,
      source: fact.source,
      count: finding.objects.length,
      objects: finding.objects.slice(0, NAMED).map(({ where, what }) => ({ where, what })),
      ...(finding.unknown === undefined ? {} : { unknown: finding.unknown }),
    }))

/** How many of the known facts, on the way or not, have nothing to say here. */
export const otherFacts = (shown: readonly PlannedFact[]): number => FACTS.length - shown.length
