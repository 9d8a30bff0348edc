// A container's environment and arguments as a kubelet computes them: field and resource references, $(VAR) expansion.
import type { Container, EnvVar, KeyRef, Pod } from './pod-types.ts'
import { resourceValue } from './quantity.ts'

/** What a container without a limit gets told: the node's own size. */
export const NODE_CAPACITY: Readonly<Record<string, string>> = { cpu: '8', memory: '32Gi', pods: '500', 'ephemeral-storage': '100Gi' }

/** Value of a key in a ConfigMap or Secret of the pod's namespace; undefined when there is none. */
export type KeyLookup = (kind: 'configmaps' | 'secrets', ref: KeyRef) => Promise<string | undefined>

export async function containerEnv(pod: Pod, container: Container, lookup: KeyLookup): Promise<Record<string, string>> {
  const env: Record<string, string> = {}
  for (const variable of container.env ?? []) {
    const value = await variableValue(variable, pod, container, lookup)
    if (value !== undefined) env[variable.name] = variable.value === undefined ? value : expand(value, env)
  }
  return env
}

/** `$(NAME)` becomes its value when NAME is known and stays as it is otherwise; `$$(NAME)` gives `$(NAME)`. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\$|\(([A-Za-z_][A-Za-z0-9_.-]*)\))/g, (whole, _inner, name: string | undefined) =>
    name === undefined ? '$' : (env[name] ?? whole),
  )
}

async function variableValue(variable: EnvVar, pod: Pod, container: Container, lookup: KeyLookup): Promise<string | undefined> {
  const from = variable.valueFrom
  if (from === undefined) return variable.value ?? ''
  if (from.fieldRef !== undefined) return fieldValue(pod, from.fieldRef.fieldPath)
  if (from.resourceFieldRef !== undefined) return resourceFieldValue(container, from.resourceFieldRef)
  if (from.configMapKeyRef !== undefined) return await keyValue('configmaps', from.configMapKeyRef, lookup)
  if (from.secretKeyRef !== undefined) return await keyValue('secrets', from.secretKeyRef, lookup)
  return undefined
}

async function keyValue(kind: 'configmaps' | 'secrets', ref: KeyRef, lookup: KeyLookup): Promise<string | undefined> {
  const value = await lookup(kind, ref)
  if (value === undefined && ref.optional !== true) throw new Error(`no key ${ref.key} in ${kind} ${ref.name}`)
  return value
}

function resourceFieldValue(container: Container, ref: { resource: string; divisor?: string }): string {
  const [kind, resource = ''] = ref.resource.split('.')
  const limits = container.resources?.limits ?? {}
  const own = kind === 'requests' ? (container.resources?.requests?.[resource] ?? limits[resource]) : limits[resource]
  const divisor = ref.divisor === undefined || ref.divisor === '0' ? '1' : ref.divisor
  return resourceValue(own ?? NODE_CAPACITY[resource] ?? '0', divisor)
}

function fieldValue(pod: Pod, path: string): string {
  const key = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path)
  if (key !== null) return pod.metadata[key[1] as 'labels' | 'annotations']?.[key[2] ?? ''] ?? ''
  const fields: Record<string, string | undefined> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'spec.nodeName': pod.spec.nodeName,
    'spec.serviceAccountName': pod.spec.serviceAccountName,
    'status.podIP': pod.status?.podIP,
    'status.hostIP': '127.0.0.1',
  }
  return fields[path] ?? ''
}
