// The operator's install manifests, as its module has them: applied as they are, or as a small chart of the shape of flux-operator.
import { join } from 'node:path'
import type { KubeObject } from '../../../ports/kube.ts'
import type { SandboxContext } from '../../contract.ts'
import { parseObjects } from '../../flux-manifests.ts'
import { packChart } from './chart.ts'
import type { Blob } from './oci-client.ts'

/** CRDs, RBAC, account, Deployment and Service; with the namespace. `module`: folder of the operator's module. */
export const operatorInstall = async (ctx: Pick<SandboxContext, 'run'>, module: string): Promise<string> =>
  (await ctx.run('kubectl', ['kustomize', join(module, 'config', 'default')])).stdout

const LABELS = { 'app.kubernetes.io/name': 'flux-operator', 'app.kubernetes.io/instance': 'flux-operator' }

/** With the labels and selectors of the chart, which no Deployment can be given later. */
export const asCharted = (objects: readonly KubeObject[]): KubeObject[] =>
  objects.map((object) => {
    const metadata = { ...object.metadata, labels: { ...object.metadata.labels, ...LABELS } }
    if (object.kind === 'Service') return { ...object, metadata, spec: { ...object.spec, selector: LABELS } }
    if (object.kind !== 'Deployment') return { ...object, metadata }
    const { template } = object.spec
    const pods = { ...template, metadata: { ...template.metadata, labels: { ...template.metadata.labels, ...LABELS } } }
    return { ...object, metadata, spec: { ...object.spec, selector: { matchLabels: LABELS }, template: pods } }
  })

const IMAGE = 'ghcr.io/controlplaneio-fluxcd/flux-operator'

/** Braces in the descriptions of the CRDs are no templates. */
const asTemplate = (text: string): string => text.replaceAll('{{', '{{ "{{" }}')

export async function operatorChart(
  ctx: Pick<SandboxContext, 'run' | 'paths'>,
  module: string,
  version: string,
): Promise<{ config: Blob; layer: Blob }> {
  const objects = parseObjects(await operatorInstall(ctx, module)).filter(({ kind }) => kind !== 'Namespace')
  const description = 'The Flux Operator'
  const metadata = {
    apiVersion: 'v2',
    name: 'flux-operator',
    version,
    appVersion: `v${version}`,
    description,
    type: 'application',
  } as const
  return await packChart(ctx.paths.tmp, metadata, {
    'values.yaml': `serviceMonitor:\n  create: false\nimage:\n  repository: ${IMAGE}\n`,
    'templates/install.yaml': asCharted(objects)
      .map((object) => `${asTemplate(JSON.stringify(object)).replaceAll(`"${IMAGE}:`, '"{{ .Values.image.repository }}:')}\n`)
      .join('---\n'),
  })
}
