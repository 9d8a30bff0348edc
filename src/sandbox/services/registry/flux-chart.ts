// A small chart of the shape of the community's flux2: every object of a release in its templates, the CRDs among them, and values by controller.
import type { KubeObject } from '../../../ports/kube.ts'
import type { SandboxContext } from '../../contract.ts'
import { fluxObjects } from '../../flux-install.ts'
import { packChart } from './chart.ts'
import { hasTag, pushArtifact } from './oci-client.ts'
import { registryHost } from './service.ts'

export const FLUX_CHART = { repository: 'fluxcd-community/charts', name: 'flux2' } as const

/** The chart has versions of its own, ten minors ahead of Flux. */
export function fluxChartVersion(flux: string): string {
  const [major, minor, patch] = flux.split('.')
  return `${major}.${Number(minor) + 10}.${patch}`
}

/** `helm-controller` is `helmController` in the values. */
export const valuesKey = (controller: string): string => controller.replace(/-(.)/g, (_all, letter: string) => letter.toUpperCase())

const CONTROLLERS = ['sourceController', 'kustomizeController', 'helmController', 'notificationController']

const VALUES = JSON.stringify({
  installCRDs: true,
  ...Object.fromEntries(CONTROLLERS.map((key) => [key, { create: true, container: { additionalArgs: [] } }])),
})

/** What the chart installs: the release without its namespace, which `helm install` makes. */
export async function chartObjects(ctx: Pick<SandboxContext, 'manifestsDir'>, flux: string): Promise<KubeObject[]> {
  const objects = await fluxObjects(ctx, flux)
  return objects.filter((object) => object.kind !== 'Namespace')
}

const ARGS = '"@additional-args@"'

function withArgsMark(object: KubeObject): unknown {
  const { spec } = object
  const [container, ...others] = spec.template.spec.containers
  const containers = [{ ...container, args: [...container.args, '@additional-args@'] }, ...others]
  return { ...object, spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, containers } } } }
}

/** Braces in the descriptions of the CRDs are no templates. JSON is YAML. */
const escaped = (object: unknown): string => JSON.stringify(object).replaceAll('{{', '{{ "{{" }}')

export function templateOf(object: KubeObject): string {
  if (object.kind === 'CustomResourceDefinition') return `{{- if .Values.installCRDs }}\n${escaped(object)}\n{{- end }}\n`
  if (object.kind !== 'Deployment') return `${escaped(object)}\n`
  const key = `.Values.${valuesKey(object.metadata.name)}`
  const more = `{{ range ${key}.container.additionalArgs }},{{ . | quote }}{{ end }}`
  return `{{- if ${key}.create }}\n${escaped(withArgsMark(object)).replace(`,${ARGS}`, more)}\n{{- end }}\n`
}

/** Puts the chart of a release into the registry unless the tag is there. */
export async function publishFluxChart(ctx: SandboxContext, flux: string): Promise<void> {
  const { name } = FLUX_CHART
  const [host, repository, version] = [await registryHost(ctx), `${FLUX_CHART.repository}/${name}`, fluxChartVersion(flux)]
  if (await hasTag(host, repository, version)) return
  const description = 'Flux, with its CRDs'
  const metadata = { apiVersion: 'v2', name, version, appVersion: flux, description, type: 'application' } as const
  const templates = (await chartObjects(ctx, flux)).map(templateOf)
  const chart = await packChart(ctx.paths.tmp, metadata, {
    'values.yaml': `${VALUES}\n`,
    'templates/install.yaml': templates.join('---\n'),
  })
  await pushArtifact(host, repository, version, chart)
}
