// Flux kept by the community's Helm chart: a HelmRelease in git manages the very release that installed the controllers. Installed by hand (helm
// install, or a pipeline) there is nothing in git to change: that is explained.
import semver from 'semver'
import type { KubeObject } from '../ports/kube.ts'
import { type Applier, applierOf } from './appliers.ts'
import { type ChartPin, FLUX_CHART, findChartPins } from './chart-pins.ts'
import type { Pin } from './pins.ts'
import { claimLines, isOf, type MixedStyle, mixed, pinLine, type StyleView } from './style-view.ts'
import { folderOf, isUnder, keyOf } from './synced-paths.ts'

export type ChartSource = {
  readonly kind: 'OCIRepository' | 'HelmRepository'
  /** namespace/name */
  readonly id: string
  /** Of the chart itself for a registry, else of the folder with the index. */
  readonly url: string
  readonly insecure: boolean
}

export type HelmStyle = {
  readonly style: 'helm'
  /** namespace/name of the HelmRelease. */
  readonly release: string
  readonly source: ChartSource
  readonly pin: Pin
  /** Version of the chart that is deployed, as helm-controller says it. */
  readonly runs?: string
  /** The HelmRelease, and the Kustomization of this repository that applies it. */
  readonly appliers: readonly [Applier, Applier]
  readonly evidence: readonly string[]
}

export type HelmByHand = {
  readonly style: 'helm-by-hand'
  readonly why: string
  /** Of Helm: name and namespace. */
  readonly release: { readonly name: string; readonly namespace: string }
  readonly hints: readonly string[]
  readonly evidence: readonly string[]
}

const SHORTENED = 53

/** Name and namespace of the Helm release that a HelmRelease makes. Source: GetReleaseName in api/v2/helmrelease_types.go of helm-controller. */
const helmNameOf = ({ metadata, spec }: KubeObject): string => {
  const name = String(spec?.releaseName ?? (spec?.targetNamespace ? `${spec.targetNamespace}-${metadata.name}` : metadata.name))
  return `${spec?.targetNamespace ?? metadata.namespace ?? ''}/${name.slice(0, SHORTENED)}`
}

const annotation = (view: StyleView, key: string): string[] => [
  ...new Set(view.cluster.deployments.map((each) => each.metadata.annotations?.[`meta.helm.sh/${key}`] ?? '')),
]

/** `namespace/name` of the Helm release of the controllers; undefined when they are not of one. */
function helmRelease(view: StyleView): { name: string; namespace: string } | undefined {
  const [name, second] = annotation(view, 'release-name')
  const [namespace] = annotation(view, 'release-namespace')
  return name && second === undefined ? { name, namespace: namespace ?? '' } : undefined
}

function sourceOf(view: StyleView, release: KubeObject): ChartSource | undefined {
  const { chart, chartRef } = release.spec ?? {}
  const ref = chartRef ?? chart?.spec?.sourceRef
  const id = `${ref?.namespace ?? release.metadata.namespace ?? ''}/${ref?.name}`
  const isRegistry = ref?.kind === 'OCIRepository'
  if (!isRegistry && ref?.kind !== 'HelmRepository') return undefined
  const all = isRegistry ? view.cluster.ociRepositories : (view.cluster.helmRepositories ?? [])
  const source = all.find((each) => keyOf(each) === id)
  if (source === undefined) return undefined
  const url = String(source.spec?.url ?? '').replace(/\/+$/, '')
  const whole = isRegistry || !url.startsWith('oci://') ? url : `${url}/${chart.spec.chart}`
  return { kind: ref.kind, id, url: whole, insecure: source.spec?.insecure === true || url.startsWith('http://') }
}

/** Newest entry first: https://fluxcd.io/flux/components/helm/helmreleases/#history */
const deployedChart = (release: KubeObject): string | undefined => {
  const version: unknown = release.status?.history?.[0]?.chartVersion
  // helm-controller adds the digest of an OCI artifact as build metadata.
  return typeof version === 'string' ? (semver.valid(version) ?? undefined) : undefined
}

function byHand(view: StyleView, { name, namespace }: HelmByHand['release']): HelmByHand {
  return {
    style: 'helm-by-hand',
    why: `Helm release ${namespace}/${name} was installed by hand or by a pipeline: nothing in git says its version, so nothing here can change it`,
    release: { name, namespace },
    hints: ['or let Flux keep it: put a HelmRelease of that name for the chart flux2 into git, then upgrade'],
    evidence: claimLines(view),
  }
}

/** The places that say the chart's version for this cluster: those below the folder that its Kustomization applies, where there are such. */
function pinsFor(view: StyleView, release: string, source: ChartSource, kustomization: string): ChartPin[] {
  const path = view.synced.find((each) => each.kustomization === kustomization)?.path ?? ''
  const [holder, id] = source.kind === 'OCIRepository' ? ([source.kind, source.id] as const) : (['HelmRelease', release] as const)
  const all = findChartPins(view.files).filter((pin) => pin.holder === holder && isOf(pin, id))
  const below = all.filter((pin) => isUnder(folderOf(pin.file), path))
  return below.length > 0 ? below : all
}

const isFluxRelease = (view: StyleView, object: KubeObject, helm: { name: string; namespace: string }): boolean =>
  helmNameOf(object) === `${helm.namespace}/${helm.name}` &&
  (object.spec?.chart?.spec?.chart === FLUX_CHART || (sourceOf(view, object)?.url.endsWith(`/${FLUX_CHART}`) ?? false))

/** Throws what findChartPins throws. */
export function helmStyle(view: StyleView): HelmStyle | HelmByHand | MixedStyle {
  const helm = helmRelease(view)
  if (helm === undefined) return mixed(view, ['the controllers are not all of one Helm release'], findChartPins(view.files))
  const object = view.cluster.helmReleases.find((each) => isFluxRelease(view, each, helm))
  if (object === undefined) {
    const pins = findChartPins(view.files)
    if (pins.length === 0) return byHand(view, helm)
    return mixed(
      view,
      [`the repository has a HelmRelease for the chart ${FLUX_CHART}, and Helm release ${helm.namespace}/${helm.name} is not its`],
      pins,
    )
  }
  const release = keyOf(object)
  const by = applierOf(object)
  if (by?.kind !== 'Kustomization' || !view.synced.some((each) => each.kustomization === by.id))
    return mixed(
      view,
      [`no Kustomization of this repository applies HelmRelease ${release}: run it in the clone that has it`],
      findChartPins(view.files),
    )
  const source = sourceOf(view, object)
  if (source === undefined)
    return mixed(view, [`HelmRelease ${release} takes its chart from neither an OCIRepository nor a HelmRepository of this cluster`])
  return pinned(view, object, source, by)
}

function pinned(view: StyleView, object: KubeObject, source: ChartSource, by: Applier): HelmStyle | MixedStyle {
  const release = keyOf(object)
  const pins = pinsFor(view, release, source, by.id)
  const [first] = pins
  if (first === undefined || pins.length > 1) {
    const said = `${first === undefined ? 'no file' : 'more than one file'} of this repository says the version of the chart of HelmRelease ${release}`
    return mixed(view, [`${said}: one place has to`], pins)
  }
  const { holder: _holder, ...pin } = first
  const runs = deployedChart(object)
  return {
    style: 'helm',
    release,
    source,
    pin,
    ...(runs === undefined ? {} : { runs }),
    appliers: [{ kind: 'HelmRelease', id: release }, by],
    evidence: [...claimLines(view), pinLine(pin)],
  }
}

/** What a person does instead, in order. The chart has versions of its own, which only its repository knows. */
export const helmSteps = ({ release: { name, namespace } }: Pick<HelmByHand, 'release'>, to: string): string[] => [
  'before: what is stored in API versions that the target lacks is migrated while the old version still runs:  flux migrate',
  'helm repo add fluxcd-community https://fluxcd-community.github.io/helm-charts && helm repo update',
  `the chart that holds Flux ${to}:  helm search repo fluxcd-community/${FLUX_CHART} --versions | grep -w ${to}`,
  `helm upgrade ${name} fluxcd-community/${FLUX_CHART} --namespace ${namespace} --version CHART --reset-then-reuse-values --wait`,
  'after:  flux check, flux get all -A, flux migrate',
]
