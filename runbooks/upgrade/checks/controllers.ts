// Whether the controllers of the target would start with what is set on those that run.
import type { Check, CheckItem, CheckResult } from '../../../src/engine/model.ts'
import { sourceOfFlags } from '../../../src/flux/catalogue/flags.ts'
import { type ReleaseFacts, release } from '../../../src/flux/catalogue/index.ts'
import { type Refused, refusedArguments, runningControllers } from '../../../src/flux/controller-args.ts'
import type { RepoFile } from '../../../src/flux/files.ts'
import { writtenAt } from '../../../src/flux/written-at.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf, knownHops, repositoryOf, targetOf } from '../inspect.ts'
import { counted, fail, pass, readmeLink } from './results.ts'

const shown = ({ option, name }: Refused): string => (option === 'flag' ? `--${name}` : name)

/** Values are left out: one may be a secret. */
function itemOf(refused: Refused, to: string, files: readonly RepoFile[]): CheckItem {
  const { deployment, component, tag, option, sure } = refused
  const places = writtenAt(files, shown(refused))
  const end = `${sure ? 'has no such' : 'may have no such'} ${option === 'flag' ? 'flag' : 'feature gate'}${sure ? ': it ends on its start' : ''}`
  return {
    where: places.length === 0 ? `Deployment ${deployment}` : places.join(', '),
    what: `${shown(refused)} (Deployment ${deployment}): ${component} ${tag} of Flux ${to} ${end}`,
  }
}

const sourcesOf = (refused: readonly Refused[]): string[] => {
  const sources = refused.flatMap(({ component, tag, sure }) => (sure ? (sourceOfFlags(component, tag) ?? []) : []))
  return [...new Set(sources)].map((source) => `what it knows: ${source}`)
}

/** The releases that this upgrade passes through: the controllers of each start with what is set. */
async function stopsOf(ctx: ReadContext, input: UpgradeInput): Promise<ReleaseFacts[]> {
  const hops = await knownHops(ctx, input)
  return hops.length === 0 ? [targetOf(input)] : hops.map((hop) => release(hop.to))
}

const probe =
  (id: string, option: Refused['option'], noun: string): Check<UpgradeInput>['probe'] =>
  async (ctx, input): Promise<CheckResult> => {
    const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
    const from = cluster.installed.status === 'found' ? release(cluster.installed.version) : undefined
    const running = runningControllers(cluster.deployments)
    const found = (await stopsOf(ctx, input)).flatMap((stop) =>
      refusedArguments(running, from, stop).flatMap((refused) => (refused.option === option ? [{ refused, stop: stop.version }] : [])),
    )
    const items = found.map(({ refused, stop }) => itemOf(refused, stop, repository.files))
    const sure = found.filter(({ refused }) => refused.sure)
    if (sure.length > 0)
      return fail(
        id,
        `${counted(new Set(sure.map(({ refused }) => refused.name)).size, noun)} that the controllers of ${sure[0]?.stop} do not know`,
        {
          items,
          hints: [
            'take it out of the patches (or of the values) in git, push, wait until it is applied',
            ...sourcesOf(sure.map(({ refused }) => refused)),
          ],
        },
      )
    if (found.length === 0) return pass(`${counted(running.length, 'controller')} asked`)
    return {
      status: 'unknown',
      cause: items.map((each) => `${each.where}: ${each.what}`).join('; '),
      hints: [`kubectl -n ${ctx.target.namespace} get deployments -o yaml`, readmeLink(id)],
    }
  }

export const controllerFlagsKnown: Check<UpgradeInput> = {
  id: 'controller-flags-known',
  title: 'every flag that is set on a controller is one that the target knows',
  severity: 'error',
  probe: probe('controller-flags-known', 'flag', 'flag'),
}

export const featureGatesKnown: Check<UpgradeInput> = {
  id: 'feature-gates-known',
  title: 'every feature gate that is set on a controller is one that the target knows',
  severity: 'error',
  probe: probe('feature-gates-known', 'gate', 'feature gate'),
}
