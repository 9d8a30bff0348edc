// In which ways a controller is down, or a new pod of it does not start.
import type { SeenLog } from '../../../../src/diagnosis/snapshot.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import { object } from '../objects.ts'
import { spec } from './way.ts'

export interface Down {
  readonly state: string
  make(deployment: KubeObject): { deployment: KubeObject; pods: KubeObject[]; logs?: SeenLog[] }
}

const down = (of: KubeObject): KubeObject => ({ ...of, status: { availableReplicas: 0 } })

const podOf = ({ metadata }: KubeObject, container: object, name = `${metadata.name}-1`): KubeObject => ({
  ...object('Pod', `flux-system/${name}`),
  metadata: { name, namespace: 'flux-system', labels: { app: metadata.name } },
  status: { containerStatuses: [{ name: 'manager', restartCount: 4, ...container }] },
})

const looping = (reason: string, exitCode: number): object => ({
  state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container=manager' } },
  lastState: { terminated: { reason, exitCode } },
})

const UNPULLED = { restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } } }

const log = (of: KubeObject, text: string): SeenLog[] => [{ pod: `flux-system/${of.metadata.name}-1`, container: 'manager', text }]

const ended = (state: string, reason: string, exitCode: number, text?: string): Down => ({
  state,
  make: (of) => ({
    deployment: down(of),
    pods: [podOf(of, looping(reason, exitCode))],
    ...(text === undefined ? {} : { logs: log(of, text) }),
  }),
})

const USAGE = '      --version   Print version\n'

/** Its objects are left alone for as long. */
export const DOWN: readonly Down[] = [
  { state: 'controller-stopped', make: (of) => ({ deployment: spec(down(of), { replicas: 0 }), pods: [] }) },
  { state: 'controller-down', make: (of) => ({ deployment: down(of), pods: [] }) },
  ended('controller-crash-looping', 'Error', 1),
  ended('controller-crash-looping', 'Error', 1, '{"level":"error","msg":"unable to start manager","error":"no route to host"}\n'),
  ended('controller-out-of-memory', 'OOMKilled', 137),
  ended('controller-bad-flag', 'Error', 2, `${USAGE}unknown flag: --no-such-flag\n`),
  ended('controller-bad-flag', 'Error', 2, 'invalid argument "x" for "--concurrent" flag: strconv.ParseInt: parsing "x": invalid syntax'),
]

const rollout = (container: object): Down => ({
  state: 'controller-rollout-stuck',
  make: (of) => ({
    deployment: of,
    pods: [podOf(of, { restartCount: 0, state: { running: {} } }, `${of.metadata.name}-0`), podOf(of, container)],
  }),
})

/** The pod before goes on with its work. */
export const HALF_DOWN: readonly Down[] = [rollout(looping('Error', 1)), rollout(UNPULLED)]
