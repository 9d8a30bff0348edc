// Flux kept by the Flux Operator: the operator comes first, as it installs only what it knows.
import semver from 'semver'
import { DEPLOYMENT } from '../../../src/actions/resources.ts'
import { shortImage } from '../../../src/actions/rollout.ts'
import type { Check, CheckResult } from '../../../src/engine/model.ts'
import {
  artifactTag,
  firstOperatorWith,
  isOfficialArtifact,
  OPERATOR_MIGRATES_SINCE,
  operatorNeeded,
} from '../../../src/flux/catalogue/operator.ts'
import type { OperatorStyle } from '../../../src/flux/styles.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf, liveVersion, repositoryOf, styleOf, supported, targetOf } from '../inspect.ts'
import { fail, pass } from './results.ts'

const NOT_HERE: CheckResult = { status: 'skip', reason: 'Flux is not installed by the Flux Operator' }

async function operatorOf(ctx: ReadContext, input: UpgradeInput): Promise<OperatorStyle | undefined> {
  const style = supported(styleOf(await clusterOf(ctx), await repositoryOf(ctx, input)))
  return style.style === 'operator' ? style : undefined
}

/** Version of the operator that runs, by the tag of its image; undefined when there is none, or the tag is no version. */
async function operatorVersion(ctx: ReadContext): Promise<string | undefined> {
  const deployments = await ctx.kube.list(DEPLOYMENT, { namespace: ctx.target.namespace })
  const images = deployments.flatMap((each): string[] =>
    (each.spec?.template?.spec?.containers ?? []).map((one: { image?: string }) => shortImage(one.image ?? '')),
  )
  const [name, tag] = images.find((image) => image.startsWith('flux-operator:'))?.split(':') ?? []
  return name === undefined ? undefined : (semver.valid(tag) ?? undefined)
}

const raiseOperator = (needed: string): string =>
  `upgrade the Flux Operator itself to ${needed} or newer first (its chart or its manifests in git), wait until it runs`

export const operatorNewEnough: Check<UpgradeInput> = {
  id: 'operator-new-enough',
  title: 'the Flux Operator can install the target',
  severity: 'error',
  probe: async (ctx, input) => {
    const style = await operatorOf(ctx, input)
    if (style === undefined) return NOT_HERE
    const to = targetOf(input).version
    const needed = operatorNeeded(liveVersion(await clusterOf(ctx)), to, style.artifact !== undefined)
    const runs = await operatorVersion(ctx)
    if (needed === undefined) return { status: 'unknown', cause: `which Flux Operator can install Flux ${to} is not known` }
    if (runs === undefined) {
      const hints = [`kubectl -n ${ctx.target.namespace} get deployments -o wide`]
      return {
        status: 'unknown',
        cause: `no Deployment in namespace ${ctx.target.namespace} has an image flux-operator with a version as its tag`,
        hints,
      }
    }
    if (semver.gte(runs, needed)) return pass(`flux-operator ${runs}, ${needed} is needed`)
    const why = needed === OPERATOR_MIGRATES_SINCE ? 'does not migrate stored objects on an upgrade of a minor' : `does not know Flux ${to}`
    return fail('operator-new-enough', `flux-operator ${runs} ${why}`, { hints: [raiseOperator(needed)] })
  },
}

export const distributionHasTarget: Check<UpgradeInput> = {
  id: 'distribution-has-target',
  title: 'the distribution that the Flux Operator fetches holds the target',
  severity: 'error',
  probe: async (ctx, input) => {
    const style = await operatorOf(ctx, input)
    if (style === undefined) return NOT_HERE
    if (style.artifact === undefined) return { status: 'skip', reason: 'the operator takes the distribution of its own image' }
    const to = targetOf(input).version
    const first = firstOperatorWith(to)
    const tag = artifactTag(style.artifact)
    if (tag === 'latest' && isOfficialArtifact(style.artifact)) return pass(`${style.artifact}: follows the newest`)
    const of = semver.valid(tag)
    if (first === undefined || of === null) {
      const hints = [`flux pull artifact ${style.artifact} --output DIR, and look for DIR/flux/v${to}`]
      return { status: 'unknown', cause: `whether ${style.artifact} holds Flux ${to} cannot be told from its tag`, hints }
    }
    if (semver.gte(of, first)) return pass(`${style.artifact}, Flux ${to} is in it since ${first}`)
    return fail('distribution-has-target', `${style.artifact} holds no Flux ${to}: it came with flux-operator ${first}`, {
      hints: [`set the tag of distribution.artifact to v${first} or newer in git, push, wait until it is applied`],
    })
  },
}
