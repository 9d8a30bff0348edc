// The last lines of controllers that do not run: why one ends is mostly nowhere else.
import { containersOf, podsOf, stuckContainers } from '../diagnosis/controller-pods.ts'
import type { SeenLog, Unseen } from '../diagnosis/snapshot.ts'
import { messageOf } from '../errors.ts'
import type { KubeObject, KubeReader } from '../ports/kube.ts'
import { sideBySide } from './side-by-side.ts'

/** Pods that are asked for: the replicas of one controller end alike. */
const MOST_PODS = 6
/** The usage of a program that does not take a flag is long, and the reason comes behind it. */
const LINES = 40
const LONGEST = 16_384
const AT_ONCE = 6

interface Wanted {
  readonly pod: KubeObject
  readonly container: string
  /** It runs again: what it said before it ended is of the one before. */
  readonly previous: boolean
}

function wanted(deployments: readonly KubeObject[], pods: readonly KubeObject[]): Wanted[] {
  return deployments
    .filter(({ spec, status }) => spec?.replicas !== 0 && !(status?.availableReplicas > 0 && status?.unavailableReplicas === undefined))
    .flatMap((deployment) => podsOf(deployment, pods))
    .filter((pod) => stuckContainers([pod]).length > 0 || containersOf(pod).some(({ ended }) => ended !== undefined))
    .slice(0, MOST_PODS)
    .flatMap((pod) => containersOf(pod).map(({ name, waiting }) => ({ pod, container: name, previous: waiting === undefined })))
}

/** Empty where every controller runs, and where Deployments or pods were not seen. */
export async function readLogs(
  kube: KubeReader,
  deployments: readonly KubeObject[],
  pods: readonly KubeObject[],
): Promise<{ readonly logs: readonly SeenLog[]; readonly unseen: readonly Unseen[] }> {
  const answers = await sideBySide(wanted(deployments, pods), AT_ONCE, async ({ pod, container, previous }) => {
    const { name, namespace = '' } = pod.metadata
    const read = (before: boolean): Promise<string> => kube.logs({ name, namespace }, { container, lines: LINES, previous: before })
    try {
      // It may have been started anew, or have ended, since its status was read.
      const text = (await read(previous)) || (await read(!previous).catch(() => ''))
      return { log: { pod: `${namespace}/${name}`, container, text: text.slice(-LONGEST) } }
    } catch (error) {
      return { unseen: { what: `logs of ${namespace}/${name}`, why: messageOf(error) } }
    }
  })
  return {
    logs: answers.flatMap(({ log }) => (log === undefined || log.text === '' ? [] : [log])),
    unseen: answers.flatMap(({ unseen }) => unseen ?? []),
  }
}
