import { found, linesOf } from './look.ts'
import type { ReleaseFact } from './types.ts'

export const FACTS_2_5: readonly ReleaseFact[] = [
  {
    id: 'object-metrics',
    minor: '2.5',
    range: { component: 'kustomize-controller', from: '1.5.0' },
    title: 'the controllers no longer export a condition and a suspend metric for each object',
    breaks:
      'alerts and dashboards on gotk_reconcile_condition and gotk_suspend_status see nothing, and an alert that sees nothing is silent',
    fix: 'let kube-state-metrics export gotk_resource_info and move the queries: https://fluxcd.io/flux/monitoring/custom-metrics/',
    source: 'https://github.com/fluxcd/flux2/issues/5083',
    severity: 'note',
    concerns: ({ files }) => found(linesOf(files, /\bgotk_(reconcile_condition|suspend_status)\b/, 'queries a metric that is gone')),
  },
]
