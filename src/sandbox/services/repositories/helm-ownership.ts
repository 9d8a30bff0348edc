// How `helm install` leaves its objects.
import type { KubeObject } from '../../../ports/kube.ts'
import { FLUX_NAMESPACE } from '../../flux-manifests.ts'

/** So marked, a HelmRelease of the same name takes them over. */
export const ofRelease = (objects: readonly KubeObject[], name: string): KubeObject[] =>
  objects.map((object) => ({
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...object.metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        ...object.metadata.annotations,
        'meta.helm.sh/release-name': name,
        'meta.helm.sh/release-namespace': FLUX_NAMESPACE,
      },
    },
  }))

export const listText = (items: readonly KubeObject[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
