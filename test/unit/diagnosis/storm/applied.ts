// What holds up a Kustomization and a HelmRelease alike.
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { AT, not, suspended } from '../objects.ts'
import { LONG_AGO, meta, spec, stalls, strange, type Way } from './way.ts'

const deleted = (of: KubeObject, finalizer: string): KubeObject => meta(of, { deletionTimestamp: LONG_AGO, finalizers: [finalizer] })

const underWay = {
  type: 'Reconciling',
  status: 'True',
  reason: 'Progressing',
  message: 'Reconciliation in progress',
  lastTransitionTime: AT,
}

/** Tried again right now; what became of the last try is in its history. */
export const tried = (of: KubeObject, how: string): KubeObject => {
  const again = not(of, 'Progressing', 'Reconciliation in progress', [underWay])
  const conditions = again.status.conditions.map((one: { type: string }) => (one.type === 'Ready' ? { ...one, status: 'Unknown' } : one))
  return { ...again, status: { ...again.status, conditions, history: [{ lastReconciledStatus: how, lastReconciled: AT }] } }
}

/** It waits for the first of what it depends on, which is ready. */
const byExpression: Way = {
  state: 'ready-expression',
  only: (of) => of.spec.dependsOn.length > 0,
  make: (of, hostile) => {
    const [{ name }, ...others] = of.spec.dependsOn
    const waits = spec(of, { dependsOn: [{ name, readyExpr: 'dep.metadata.name == "another"' }, ...others] })
    const message = `dependency '${of.metadata.namespace}/${name}' is not ready according to readyExpr eval`
    return not(waits, 'DependencyNotReady', hostile(message))
  },
}

const TERMINAL = 'Reconciliation failed terminally due to configuration error: '

export const common: readonly Way[] = [
  {
    state: 'deletion-stuck',
    make: (of, hostile) => deleted(not(of, 'PruneFailed', hostile('delete failed, errors: no')), 'finalizers.fluxcd.io'),
  },
  { state: 'deletion-held', make: (of, hostile) => deleted(not(of, 'Deleting', hostile('gone soon')), 'backup.example/keep') },
  { state: 'never-reconciled', make: (of) => ({ ...meta(of, { creationTimestamp: LONG_AGO }), status: {} }) },
  {
    state: 'dependency-missing',
    make: (of, hostile) =>
      not(
        spec(of, { dependsOn: [...(of.spec.dependsOn ?? []), { name: 'gone' }] }),
        'DependencyNotReady',
        hostile("dependency 'x/gone' not found"),
      ),
  },
  { state: 'suspended-blocker', needed: true, make: (of, hostile) => suspended(not(of, 'SomethingNew', hostile('stopped in the middle'))) },
  byExpression,
  stalls('expression-invalid', 'InvalidCELExpression', `${TERMINAL}failed to parse the CEL expression: ERROR: <input>:1:6: Syntax error`),
  ...strange,
]
