// Every state that is known, the first that fits counts.
import type { VerdictState } from '../../flux/conditions.ts'
import type { Explanation } from '../finding.ts'
import type { Sighting, World } from '../world.ts'
import { artifactLost } from './artifact-lost.ts'
import { caseOf, explained, person, type State } from './case.ts'
import { chart } from './chart.ts'
import { chartSource } from './chart-source.ts'
import { forbiddenSpec } from './forbidden-spec.ts'
import { gitSource } from './git-source.ts'
import { healthCheck } from './health-check.ts'
import { helmRelease } from './helm-release.ts'
import { imageAutomation } from './image-automation.ts'
import { kustomizationApply } from './kustomization-apply.ts'
import { kustomizationBuild } from './kustomization-build.ts'
import { missingObject } from './missing-object.ts'
import { notifications } from './notifications.ts'
import { passedOver } from './passed-over.ts'
import { prune } from './prune.ts'
import { readyExpression } from './ready-expression.ts'
import { remoteCluster } from './remote-cluster.ts'
import { retried } from './retried.ts'
import { signature } from './signature.ts'
import { sourceContent } from './source-content.ts'
import { sourceSecret } from './source-secret.ts'
import { storage } from './storage.ts'
import { suspendedBlocker } from './suspended-blocker.ts'
import { terminating } from './terminating.ts'
import { unreported } from './unreported.ts'
import { webhookToken } from './webhook-token.ts'

const STATES: readonly State[] = [
  retried,
  suspendedBlocker,
  artifactLost,
  notifications,
  missingObject,
  forbiddenSpec,
  signature,
  storage,
  sourceSecret,
  sourceContent,
  imageAutomation,
  gitSource,
  chart,
  chartSource,
  remoteCluster,
  helmRelease,
  kustomizationBuild,
  kustomizationApply,
  prune,
  healthCheck,
  webhookToken,
]

const waiting: State = (found) => missingObject(found) ?? readyExpression(found)

/** What is under way counts only where what it waits for is not there, where nobody ever takes it up, or where it takes too long. */
const UNDER_WAY: Partial<Record<VerdictState, State>> = { progressing: waiting, unknown: unreported, terminating }

/** Undefined: it is under way, and nothing stands in its way that can be seen. */
export function explain(sighting: Sighting, world: World): Explanation | undefined {
  const found = caseOf(sighting, world)
  const unwatched = sighting.verdict.state === 'suspended' ? undefined : passedOver(found)
  if (unwatched !== undefined) return unwatched
  const underWay = UNDER_WAY[sighting.verdict.state]
  if (underWay !== undefined) return underWay(found)
  for (const state of STATES) {
    const explanation = state(found)
    if (explanation !== undefined) return explanation
  }
  return explained(found, {
    state: 'unknown',
    says: 'it is not ready, and flux-ops does not know this state',
    certainty: 'unknown',
    fixes: [person('read what its controller says')],
  })
}
