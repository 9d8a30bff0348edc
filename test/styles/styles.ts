// The rows of the table: one line a style.
import type { KillPoint } from '../faults/harness/points.ts'
import type { Style } from '../helpers/shared-sandbox.ts'

export interface StyleRow {
  readonly style: Style
  /** As the README says it. */
  readonly title: string
  /** A moment in the step that brings the new version in, which is another one in each style. */
  readonly applies: KillPoint
}

const waits: KillPoint = { where: 'after', event: 'step.started operator-applies' }
const helmWaits: KillPoint = { where: 'after', event: 'step.started helm-applies' }
const applies: KillPoint = { where: 'middle', step: 'apply', what: 'kubectl apply' }

export const STYLES: readonly StyleRow[] = [
  { style: 'pin', title: 'kustomize pin, OCI self-management', applies },
  { style: 'bootstrap', title: '`flux bootstrap`', applies },
  { style: 'operator', title: 'Flux Operator, FluxInstance in git', applies: waits },
  { style: 'operator-helm', title: 'Flux Operator, chart flux-instance', applies: waits },
  { style: 'helm', title: 'Helm chart, HelmRelease in git', applies: helmWaits },
]
