// A small chart of the shape of flux-instance: values below `instance` become the spec of the one FluxInstance.
import type { SandboxContext } from '../../contract.ts'
import { packChart } from './chart.ts'
import type { Blob } from './oci-client.ts'

/** Values that the chart has by itself. */
export const INSTANCE_DEFAULTS = {
  distribution: { version: '2.x', registry: 'ghcr.io/fluxcd' },
  sync: { kind: 'GitRepository', interval: '1m' },
} as const

const TEMPLATE = `apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata:
  name: {{ .Values.fullnameOverride }}
  namespace: {{ .Release.Namespace }}
  labels:
    app.kubernetes.io/name: flux-instance
    app.kubernetes.io/managed-by: {{ .Release.Service }}
spec: {{ .Values.instance | toYaml | nindent 2 }}
`

export const instanceChart = (
  ctx: Pick<SandboxContext, 'paths'>,
  _module: string,
  version: string,
): Promise<{ config: Blob; layer: Blob }> => {
  const description = 'A FluxInstance'
  const metadata = {
    apiVersion: 'v2',
    name: 'flux-instance',
    version,
    appVersion: `v${version}`,
    description,
    type: 'application',
  } as const
  return packChart(ctx.paths.tmp, metadata, {
    'values.yaml': `fullnameOverride: flux\ninstance: ${JSON.stringify(INSTANCE_DEFAULTS)}\n`,
    'templates/instance.yaml': TEMPLATE,
  })
}
