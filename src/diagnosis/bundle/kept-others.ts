// What is kept of controllers, pods, warnings and namespaces: neither what they are given in their environment nor what is mounted into them.
import { each, type Shape, texts } from './keep.ts'

const CONDITIONS: Shape = [texts('type', 'status', 'reason', 'message', 'lastTransitionTime', 'lastUpdateTime')]
/** `500m`, `1Gi`. */
const amount: Shape = (value) => (/^[0-9.]{1,20}[A-Za-z]{0,2}$/.test(String(value)) ? value : undefined)
const AMOUNTS = each((key) => /^[a-z][a-z0-9./-]{0,60}$/.test(key), amount)

/** Flags of Flux whose values name nothing but Flux' own things. */
const FLAGS =
  /^(?:concurrent|requeue-dependency|interval-jitter-percentage|feature-gates|log-(?:level|encoding)|watch-all-namespaces|watch-label-selector|enable-leader-election|leader-election-[a-z-]+|kube-api-(?:qps|burst)|no-cross-namespace-refs|no-remote-bases|default-(?:service-account|decryption-service-account|kubeconfig-service-account)|sops-age-secret|storage-(?:path|adv-addr|addr)|events-addr|metrics-addr|health-addr|graceful-shutdown-timeout|oom-watch-[a-z-]+|helm-(?:cache|chart|index)[a-z-]*|artifact-[a-z-]+|override-manager|custom-apply-stage-kinds|http-retry|token-cache-[a-z-]+|disallowed-field-managers|rate-limit-interval|snapshot-digest-algo|max-retry-delay|min-retry-delay|git-[a-z-]+)$/

/** `--name=value` of those; of any other its name, and of a word that is no flag nothing. */
const argument: Shape = (value, scrub) => {
  const [, name = '', said] = typeof value === 'string' ? (/^--?([a-z][a-z0-9-]{0,60})(?:=(.*))?$/s.exec(value) ?? []) : []
  if (name === '') return '<redacted>'
  if (said === undefined) return `--${name}`
  return FLAGS.test(name) ? `--${name}=${scrub(said)}` : `--${name}=<redacted>`
}

const CONTAINER: Shape = {
  ...texts('name', 'image', 'imagePullPolicy'),
  args: [argument],
  env: [{ name: 'text', value: 'hidden' }],
  resources: { limits: AMOUNTS, requests: AMOUNTS },
}

const ENDED = texts('reason', 'message', 'exitCode', 'signal', 'startedAt', 'finishedAt')
const STATE: Shape = { waiting: texts('reason', 'message'), running: texts('startedAt'), terminated: ENDED }

const CONTAINER_STATUS: Shape = {
  ...texts('name', 'ready', 'started', 'restartCount', 'image', 'imageID'),
  state: STATE,
  lastState: STATE,
}

const POD_SPEC: Shape = {
  ...texts('nodeName', 'serviceAccountName', 'priorityClassName', 'restartPolicy'),
  initContainers: [CONTAINER],
  containers: [CONTAINER],
}

/** Not one key more than those that select pods: the rest of the template is as in the pods. */
const labels = (selecting: ReadonlySet<string>): Shape => each((key) => selecting.has(key), 'text')

export const deploymentShape = (metadata: Shape, selecting: ReadonlySet<string>): Shape => ({
  ...texts('apiVersion', 'kind'),
  metadata,
  spec: {
    ...texts('replicas', 'progressDeadlineSeconds', 'paused'),
    strategy: texts('type'),
    selector: { matchLabels: labels(selecting) },
    template: { metadata: { labels: labels(selecting) }, spec: POD_SPEC },
  },
  status: {
    ...texts('observedGeneration', 'replicas', 'readyReplicas', 'updatedReplicas', 'availableReplicas', 'unavailableReplicas'),
    conditions: CONDITIONS,
  },
})

export const podShape = (metadata: Shape): Shape => ({
  ...texts('apiVersion', 'kind'),
  metadata,
  spec: POD_SPEC,
  status: {
    ...texts('phase', 'reason', 'message', 'startTime', 'qosClass'),
    conditions: CONDITIONS,
    initContainerStatuses: [CONTAINER_STATUS],
    containerStatuses: [CONTAINER_STATUS],
  },
})

export const eventShape: Shape = {
  ...texts(
    'apiVersion',
    'kind',
    'type',
    'reason',
    'message',
    'count',
    'firstTimestamp',
    'lastTimestamp',
    'eventTime',
    'reportingComponent',
  ),
  metadata: texts('name', 'namespace', 'uid', 'creationTimestamp'),
  series: texts('count', 'lastObservedTime'),
  involvedObject: texts('apiVersion', 'kind', 'namespace', 'name', 'uid', 'fieldPath'),
  source: texts('component'),
}

export const namespaceShape = (metadata: Shape): Shape => ({
  ...texts('apiVersion', 'kind'),
  metadata,
  status: { ...texts('phase'), conditions: CONDITIONS },
})
