// Flux objects of a small cluster, as the rehearsal reads them.
import type { KubeObject } from '../../../src/ports/kube.ts'

export const flux = (kind: string, name: string, spec: object = {}, namespace = 'flux-system'): KubeObject => {
  const group = { Kustomization: 'kustomize', HelmRelease: 'helm', Provider: 'notification', Alert: 'notification' }[kind] ?? 'source'
  return { apiVersion: `${group}.toolkit.fluxcd.io/v1`, kind, metadata: { name, namespace }, spec }
}
