// The Flux Operator as Flux itself installs it and keeps it: a chart from an OCI registry and the HelmRelease of it.
import type { KubeObject } from '../../ports/kube.ts'
import { KEPT } from './instance.ts'

export const OPERATOR = 'flux-operator'

export interface OperatorRelease {
  readonly namespace: string
  /** Address of the chart without its tag. */
  readonly chart: string
  readonly version: string
  /** Its registry speaks plain HTTP. */
  readonly insecure: boolean
  /** With tenant lockdown a HelmRelease without an account gets one that may not install anything: then it is that of helm-controller itself. */
  readonly lockedDown: boolean
  readonly values: Readonly<Record<string, unknown>>
  /** apiVersion of both kinds. */
  readonly apis: { readonly source: string; readonly helm: string }
}

export function operatorObjects({ namespace, chart, version, insecure, lockedDown, values, apis }: OperatorRelease): KubeObject[] {
  // Pruned with its file it would be uninstalled, and its CRDs with it.
  const metadata = { name: OPERATOR, namespace, annotations: { ...KEPT } }
  return [
    {
      apiVersion: apis.source,
      kind: 'OCIRepository',
      metadata,
      spec: { interval: '1h', url: chart, ...(insecure ? { insecure } : {}), ref: { tag: version } },
    },
    {
      apiVersion: apis.helm,
      kind: 'HelmRelease',
      metadata,
      spec: {
        interval: '1h',
        ...(lockedDown ? { serviceAccountName: 'helm-controller' } : {}),
        chartRef: { kind: 'OCIRepository', name: OPERATOR },
        ...(Object.keys(values).length === 0 ? {} : { values }),
      },
    },
  ]
}
