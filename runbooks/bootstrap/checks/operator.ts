// The Flux Operator: whether it knows the release of Flux, and whether it can be had.
import semver from 'semver'
import { pullOperator } from '../../../src/actions/operator-manifests.ts'
import type { Check } from '../../../src/engine/model.ts'
import { messageOf, OpsError } from '../../../src/errors.ts'
import { firstOperatorWith } from '../../../src/flux/catalogue/operator.ts'
import { operatorPlaces } from '../../../src/scaffold/operator-files.ts'
import type { BootstrapInput } from '../input.ts'
import { operatorRuns } from '../steps/operator.ts'
import { fail, pass } from './results.ts'

type BootstrapCheck = Check<BootstrapInput>

const skipped = (style: string) => ({ status: 'skip', reason: `style ${style} has no Flux Operator` }) as const

export const operatorKnows: BootstrapCheck = {
  id: 'operator-knows-release',
  title: 'the Flux Operator carries the release of Flux',
  severity: 'error',
  probe: async (_ctx, { file: { flux } }) => {
    if (flux.style !== 'operator') return skipped(flux.style)
    const { version } = operatorPlaces(flux)
    const first = firstOperatorWith(flux.version)
    if (first === undefined) return { status: 'unknown', cause: `which Flux Operator carries Flux ${flux.version} is not known` }
    if (semver.gte(version, first)) return pass(`Flux ${flux.version} is in the Flux Operator since ${first}`)
    return fail('operator-knows-release', `the Flux Operator ${version} does not have Flux ${flux.version}: it came with ${first}`, [
      `flux.operator.version of the file: ${first} or newer`,
    ])
  },
}

export const operatorFound: BootstrapCheck = {
  id: 'operator-found',
  title: 'chart and manifests of the Flux Operator are where they are said to be',
  severity: 'error',
  probe: async (ctx, { file: { flux } }) => {
    if (flux.style !== 'operator') return skipped(flux.style)
    const { version, chart, artifact, insecure } = operatorPlaces(flux)
    try {
      if (await operatorRuns(ctx, { namespace: flux.namespace, version })) return pass(`${version} runs already`)
      const versions = await ctx.charts.versions({ url: chart, name: 'flux-operator', insecure })
      if (!versions.includes(version))
        return fail('operator-found', `${chart} has no version ${version}`, [
          'flux.operator.version of the file',
          'flux.operator.registry of the file',
        ])
      await pullOperator(ctx, { artifact, insecure })
      return pass(`${chart} ${version}, ${artifact}`)
    } catch (error) {
      if (error instanceof OpsError) return { status: 'unknown', cause: messageOf(error), hints: [...error.hints] }
      throw error
    }
  },
}
