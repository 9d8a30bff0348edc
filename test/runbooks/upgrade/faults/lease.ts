const micro = (iso: string): string => iso.replace('Z', '000Z')

/** The lease as another flux-ops would have written it. */
export const lease = (holder: string, acquired: string, renewed: string): string => `apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: flux-ops, namespace: flux-system}
spec:
  holderIdentity: ${holder}
  leaseDurationSeconds: 20
  acquireTime: "${micro(acquired)}"
  renewTime: "${micro(renewed)}"
`
