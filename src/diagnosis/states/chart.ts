// A chart that is there and cannot be made. source-controller 1.7.3 and 1.9.1, internal/helm/chart: the reasons of a BuildError.
import type { Fix } from '../finding.ts'
import { textOf } from '../well-formed.ts'
import { explained, person, type State } from './case.ts'

interface Way {
  readonly state: string
  readonly pattern: RegExp
  readonly says: (chart: string) => string
  readonly fixes: readonly Fix[]
}

const WAYS: readonly Way[] = [
  {
    state: 'chart-path-missing',
    pattern: /^InvalidChartReference .{0,1500}no such file or directory/m,
    says: (chart) => `the folder ${chart} is not in what its source has`,
    fixes: [person('correct spec.chart.spec.chart of the HelmRelease, or bring the folder back, in git')],
  },
  {
    state: 'chart-values-file',
    pattern: /^ValuesFilesError|no values file found at path/m,
    says: (chart) => `a file of spec.valuesFiles is not in the chart ${chart}, or cannot be read`,
    fixes: [person('correct spec.chart.spec.valuesFiles, or bring the file back, in git')],
  },
  {
    state: 'chart-dependency',
    pattern: /^DependencyBuildError/m,
    says: (chart) => `a chart that ${chart} depends on cannot be had`,
    fixes: [person('see which one it is: its repository must be a HelmRepository in this namespace, or be open to everybody')],
  },
  {
    state: 'chart-invalid',
    pattern:
      /^(?:ChartPackageError|MetadataPatchError|InvalidChartReference .{0,600}(?:cannot load|failed to load|Chart\.yaml|validation))/m,
    says: (chart) => `${chart} is no chart, or a broken one`,
    fixes: [person('see what Helm says of it, and correct it in git', 'helm lint FOLDER')],
  },
]

export const chart: State = (found) => {
  const { object, said } = found
  if (object.kind !== 'HelmChart') return undefined
  const way = WAYS.find(({ pattern }) => pattern.test(said))
  if (way === undefined) return undefined
  return explained(found, { state: way.state, says: way.says(textOf(object.spec?.chart)), fixes: way.fixes })
}
