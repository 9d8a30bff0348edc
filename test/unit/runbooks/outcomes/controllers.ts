import type { OutcomeTable } from './outcome.ts'
import type { World } from './world.ts'

const started =
  (...args: string[]) =>
  (world: World): void =>
    world.change('Deployment', 'kustomize-controller', ({ spec }) => {
      spec.template.spec.containers[0].args = args
    })

export const outcomes: OutcomeTable = {
  'controller-flags-known': {
    pass: { given: 'the target knows every flag', change: started('--concurrent=8', '--log-level=debug'), says: /controllers asked/ },
    fail: { given: 'the target has no such flag', change: started('--old=1'), says: /--old .*has no such flag/ },
    unknown: {
      given: 'the flags of the target are not known',
      to: '2.8.8',
      change: started('--custom-apply-stage-kinds=x'),
      says: /may have no such flag/,
    },
  },
  'feature-gates-known': {
    pass: { given: 'the target knows every gate', change: started('--feature-gates=DisableStatusPollerCache=true') },
    fail: { given: 'the gate is of another controller', change: started('--feature-gates=OOMWatch=true'), says: /OOMWatch/ },
    unknown: {
      given: 'the gates of the target are not known',
      to: '2.8.0',
      change: started('--feature-gates=MigrateAPIVersion=true'),
      says: /may have no such feature gate/,
    },
  },
}
