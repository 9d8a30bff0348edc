// Which controller an object belongs to where a component runs more than once: each watches what its label selector means, and nothing else.
import { type Component, kindOfObject, objectLabel } from '../flux/kinds.ts'
import { parseSelector } from '../flux/label-selector.ts'
import { controllersOf, parseImage } from '../flux/running.ts'
import type { KubeObject } from '../ports/kube.ts'
import { partsOf, textOf } from './well-formed.ts'

export interface Watcher {
  readonly component: Component
  /** `Deployment namespace/name` */
  readonly label: string
  /** As it stands in its arguments; '' where it watches everything. */
  readonly selector: string
  /** By its labels. */
  means(object: KubeObject): boolean
  /** Its namespace as well. */
  watches(object: KubeObject): boolean
}

const [SELECTOR, ALL_NAMESPACES] = ['--watch-label-selector', '--watch-all-namespaces']

const isText = (one: unknown): one is string => typeof one === 'string'

function argsOf({ spec }: KubeObject): string[] {
  const manager = partsOf(spec?.template?.spec?.containers).find(({ image }) => parseImage(textOf(image)) !== undefined)
  return Array.isArray(manager?.args) ? manager.args.filter(isText) : []
}

/** `--flag=value` and `--flag value`. */
function flagValue(args: readonly string[], flag: string): string {
  const at = args.findLastIndex((one) => one === flag || one.startsWith(`${flag}=`))
  const found = args[at] ?? ''
  return textOf(found.includes('=') ? found.slice(flag.length + 1) : args[at + 1]).slice(0, 1000)
}

/** One that cannot be read may mean anything: then nothing is said to be left out by it. */
function meaning(selector: string): (object: KubeObject) => boolean {
  if (selector === '') return () => true
  try {
    const means = parseSelector(selector)
    return ({ metadata }) => means(metadata.labels ?? {})
  } catch {
    return () => true
  }
}

function watcherOf(deployment: KubeObject): Watcher[] {
  const [controller] = controllersOf([deployment])
  if (controller === undefined) return []
  const args = argsOf(deployment)
  const selector = flagValue(args, SELECTOR)
  const means = meaning(selector)
  const own = flagValue(args, ALL_NAMESPACES) === 'false' ? deployment.metadata.namespace : undefined
  const watches = (object: KubeObject): boolean => means(object) && (own === undefined || object.metadata.namespace === own)
  return [{ component: controller.component, label: objectLabel({ ...deployment, kind: 'Deployment' }), selector, means, watches }]
}

export const watchersOf = (deployments: readonly KubeObject[]): Watcher[] => deployments.flatMap(watcherOf)

/** The controllers of its component, where each watches by labels and none of them this object. Empty: one of them watches it, or none is there. */
export function passedOverBy(object: KubeObject, watchers: readonly Watcher[]): readonly Watcher[] {
  const component = kindOfObject(object)?.component
  const own = watchers.filter((watcher) => watcher.component === component)
  return own.every(({ means }) => !means(object)) ? own : []
}

/** The Deployment that is down and alone watches it. */
export function downFor(
  component: Component | undefined,
  object: KubeObject,
  watchers: readonly Watcher[],
  down: ReadonlySet<string>,
): string | undefined {
  const own = watchers.filter((watcher) => watcher.component === component && watcher.watches(object))
  return own.every(({ label }) => down.has(label)) ? own[0]?.label : undefined
}
