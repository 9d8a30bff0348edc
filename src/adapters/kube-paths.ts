// URLs of the Kubernetes API. Names are escaped and can never climb out of their place.
import { OpsError } from '../errors.ts'
import type { ListOptions, LogOptions, ObjectName, PatchOptions, Resource } from '../ports/kube.ts'

const segment = (value: string, what: string): string => {
  if (value === '' || value === '.' || value === '..')
    throw new OpsError({ code: 'kube-invalid', message: `"${value}" is not a ${what}`, hints: ['give its name'], exit: 'usage' })
  return encodeURIComponent(value)
}

const query = (entries: Record<string, string | number | boolean | undefined>): string => {
  const set = Object.entries(entries).filter(
    (entry): entry is [string, string | number | boolean] => entry[1] !== undefined && entry[1] !== '',
  )
  return set.length === 0 ? '' : `?${set.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join('&')}`
}

export const groupPath = (resource: Resource): string =>
  resource.group === ''
    ? `/api/${segment(resource.version, 'version')}`
    : `/apis/${segment(resource.group, 'group')}/${segment(resource.version, 'version')}`

const collectionPath = (resource: Resource, namespace: string | undefined): string => {
  const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${segment(namespace, 'namespace')}` : ''
  return `${groupPath(resource)}${scope}/${segment(resource.plural, 'resource')}`
}

export const listPath = (resource: Resource, options: ListOptions, limit: number, next?: string): string =>
  collectionPath(resource, options.namespace) +
  query({ limit, labelSelector: options.labelSelector, fieldSelector: options.fieldSelector, continue: next })

export const createPath = (resource: Resource, namespace: string | undefined): string => {
  if (resource.namespaced && namespace === undefined) segment('', 'namespace')
  return collectionPath(resource, namespace)
}

export const objectPath = (resource: Resource, name: ObjectName, options: PatchOptions = {}): string => {
  if (resource.namespaced && name.namespace === undefined) segment('', 'namespace')
  const subresource = options.subresource ? `/${segment(options.subresource, 'subresource')}` : ''
  return (
    `${collectionPath(resource, name.namespace)}/${segment(name.name, 'name')}${subresource}` +
    query({ fieldManager: options.fieldManager, force: options.force, dryRun: options.dryRun ? 'All' : undefined })
  )
}

export const logPath = (pod: ObjectName, options: LogOptions): string =>
  `/api/v1/namespaces/${segment(pod.namespace ?? '', 'namespace')}/pods/${segment(pod.name, 'name')}/log` +
  query({
    container: options.container,
    tailLines: options.lines ?? 50,
    limitBytes: options.bytes,
    previous: options.previous || undefined,
  })

/** `Kind namespace/name`, as errors and reports have it. */
export const nameOf = (resource: Resource, name: ObjectName): string =>
  `${resource.kind} ${resource.namespaced && name.namespace ? `${name.namespace}/` : ''}${name.name}`

/** `plural.group`, as `kubectl auth can-i` takes it. */
export const resourceName = (resource: Resource): string =>
  resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`
