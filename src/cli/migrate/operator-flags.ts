// Flags of `migrate operator` and the runbook input they make.
import { resolve } from 'node:path'
import * as Flags from '@oclif/core/flags'
import { usageError } from '../../errors.ts'
import { OPERATOR_CHART, OPERATOR_TESTED } from '../../flux/catalogue/operator.ts'
import { plainText, repoFlag } from '../flags.ts'
import { type SettingFlagValues, settingFlags, settingsOf } from './setting-flags.ts'

const VERSION = /^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/
const ADDRESS = /^oci:\/\/[\w.-]+(:\d{1,5})?(\/[\w.-]+)+$/

export const moveFlags = {
  ...repoFlag,
  'operator-version': Flags.string({
    description: 'version of the chart of the Flux Operator',
    default: OPERATOR_TESTED,
    helpValue: 'VERSION',
    parse: async (value) => {
      const plain = plainText(value, 'operator-version').replace(/^v/, '')
      if (!VERSION.test(plain))
        throw usageError('flag-invalid', `--operator-version "${value}" is not a version`, `such as ${OPERATOR_TESTED}`)
      return plain
    },
  }),
  'operator-chart': Flags.string({
    description: 'where the chart is, for a mirror of your own',
    default: OPERATOR_CHART,
    helpValue: 'oci://…',
    parse: async (value) => {
      if (!ADDRESS.test(plainText(value, 'operator-chart')))
        throw usageError('flag-invalid', `--operator-chart "${value}" is no address of a chart`, `such as ${OPERATOR_CHART}, without a tag`)
      return value
    },
  }),
  'insecure-registry': Flags.boolean({ description: 'the registry of the chart speaks plain HTTP' }),
  monitors: Flags.boolean({ description: 'a ServiceMonitor for the operator; needs the CRDs of the Prometheus Operator' }),
  ...settingFlags,
  timeout: Flags.integer({ description: 'seconds that any one wait may take', default: 600, min: 10, max: 7200, helpValue: 'SECONDS' }),
}

export interface MoveFlagValues extends SettingFlagValues {
  readonly repo: string
  readonly 'operator-version': string
  readonly 'operator-chart': string
  readonly 'insecure-registry': boolean
  readonly monitors: boolean
  readonly timeout: number
}

export const moveInput = (flags: MoveFlagValues): unknown => ({
  repo: resolve(flags.repo),
  operatorVersion: flags['operator-version'],
  operatorChart: flags['operator-chart'],
  insecureRegistry: flags['insecure-registry'],
  monitors: flags.monitors,
  settings: settingsOf(flags),
  timeoutSeconds: flags.timeout,
})
