// Settings of the controllers as kustomize patches: for a kustomization.yaml beside gotk-components.yaml or a pin, for spec.patches of a Kustomization
// of Flux, and for spec.kustomize.patches of a FluxInstance. An argument is added at the end: of a flag that stands there twice the last one counts
// (github.com/spf13/pflag). A controller that has not a flag would not start, and is not given it.
import type { ClusterFile } from '../cluster-file/schema.ts'
import { knows } from '../flux/catalogue/flags.ts'
import { isKnown, release } from '../flux/catalogue/index.ts'
import type { Component } from '../flux/kinds.ts'
import { yamlOf } from './manifest.ts'

export interface KustomizePatch {
  readonly patch: string
  readonly target: { readonly group?: string; readonly kind: string; readonly name?: string; readonly labelSelector?: string }
}

export type Settings = ClusterFile['flux']['settings']

export interface Controllers {
  /** Release of Flux: which flags its controllers have. */
  readonly version: string
  /** Those that run; others get no patch. */
  readonly components: readonly Component[]
  /** Where nothing else sets it: flux bootstrap and flux install have --log-level. `info` is the default of the controllers. */
  readonly logLevel?: string
  /** Taints that the controllers tolerate, where nothing else sets them: flux bootstrap and flux install have --toleration-keys. */
  readonly tolerationKeys?: readonly string[]
}

const BUSY: readonly Component[] = ['source-controller', 'kustomize-controller', 'helm-controller']

interface Argument {
  readonly component: Component
  readonly flag: string
  readonly value: string
}

const ofAll = (components: readonly Component[], flag: string, value: string | number | undefined): Argument[] =>
  value === undefined ? [] : components.map((component) => ({ component, flag, value: String(value) }))

interface Gate {
  readonly component: Component
  readonly gate: string
  readonly on: boolean
}

function gatesOf({ featureGates = {}, oomWatch }: Settings): Gate[] {
  const all = Object.entries(featureGates) as [Component, Readonly<Record<string, boolean>> | undefined][]
  return [
    ...all.flatMap(([component, gates]) => Object.entries(gates ?? {}).map(([gate, on]) => ({ component, gate, on }))),
    ...(oomWatch === undefined ? [] : [{ component: 'helm-controller', gate: 'OOMWatch', on: true } as const]),
  ]
}

/** All gates of a controller in one flag. */
function gateArguments(settings: Settings, has: Has): Argument[] {
  const all = new Map<Component, Map<string, boolean>>()
  for (const { component, gate, on } of gatesOf(settings))
    if (has(component, 'gate', gate)) all.set(component, (all.get(component) ?? new Map<string, boolean>()).set(gate, on))
  return [...all].map(([component, gates]) => ({
    component,
    flag: 'feature-gates',
    value: [...gates].map(([gate, on]) => `${gate}=${on}`).join(','),
  }))
}

function argumentsOf(settings: Settings, { components, logLevel }: Controllers, has: Has): Argument[] {
  const { concurrent, requeueDependency, helmCache, oomWatch } = settings
  return [
    ...ofAll(components, 'log-level', logLevel === 'info' ? undefined : logLevel),
    ...ofAll(BUSY, 'concurrent', concurrent),
    ...ofAll(['kustomize-controller', 'helm-controller'], 'requeue-dependency', requeueDependency),
    ...ofAll(['source-controller'], 'helm-cache-max-size', helmCache?.maxSize),
    ...ofAll(['source-controller'], 'helm-cache-ttl', helmCache?.ttl),
    ...ofAll(['source-controller'], 'helm-cache-purge-interval', helmCache?.purgeInterval),
    ...ofAll(['helm-controller'], 'oom-watch-memory-threshold', oomWatch?.threshold),
    ...ofAll(['helm-controller'], 'oom-watch-interval', oomWatch?.interval),
    ...gateArguments(settings, has),
  ]
}

type Has = (component: Component, option: 'flag' | 'gate', name: string) => boolean

/** Unless the release is known not to have it. */
function hasIn(version: string): Has {
  const controllers = isKnown(version) ? release(version).controllers : []
  return (component, option, name) => {
    const tag = controllers.find((each) => each.component === component)?.tag
    return tag === undefined || knows(component, tag, option, name) !== 'no'
  }
}

export const argumentPatch = (component: string, args: readonly string[]): KustomizePatch => ({
  patch: yamlOf(args.map((value) => ({ op: 'add', path: '/spec/template/spec/containers/0/args/-', value }))),
  target: { kind: 'Deployment', name: component },
})

/** A pattern for their names. */
export const oneOf = (names: readonly string[]): string => (names.length === 1 ? String(names[0]) : `(${names.join('|')})`)

/** `spec` of the pods of some controllers. With a target, the name in the patch itself says nothing. */
const podPatch = (names: readonly string[], spec: object): KustomizePatch => ({
  patch: yamlOf({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'all' }, spec: { template: { spec } } }),
  target: { kind: 'Deployment', name: oneOf(names) },
})

const MEBIBYTES: Readonly<Record<string, number>> = { Mi: 1, Gi: 1024 }
/** What Flux' own manifests ask for: a limit below it would be refused. */
const REQUESTED = 64

function memoryPatch(names: readonly string[], limit: string): KustomizePatch {
  const amount = Number(limit.slice(0, -2)) * (MEBIBYTES[limit.slice(-2)] ?? 1)
  const resources = { limits: { memory: limit }, ...(amount < REQUESTED ? { requests: { memory: limit } } : {}) }
  return podPatch(names, { containers: [{ name: 'manager', resources }] })
}

const CONTAINER = 'spec.template.spec.containers[manager]'

export interface Field {
  readonly component: Component
  /** As it is told apart between two Deployments: `spec.template.spec.containers[manager].args --concurrent`. */
  readonly path: string
}

/** The fields that the settings set, of the controllers that run. */
export function fieldsSet(settings: Settings, controllers: Controllers): Field[] {
  const running = (component: Component): boolean => controllers.components.includes(component)
  const args = argumentsOf(settings, controllers, hasIn(controllers.version)).filter(({ flag }) => flag !== 'feature-gates')
  const fields: Field[] = [
    ...args.map(({ component, flag }) => ({ component, path: `${CONTAINER}.args --${flag}` })),
    ...gatesOf(settings).map(({ component, gate }) => ({ component, path: `${CONTAINER}.args --feature-gates=${gate}` })),
    ...(settings.memoryLimit === undefined ? [] : BUSY.map((component) => ({ component, path: `${CONTAINER}.resources` }))),
    ...(settings.inMemoryBuild ? [{ component: 'kustomize-controller', path: 'spec.template.spec.volumes' } as const] : []),
  ]
  return fields.filter(({ component }) => running(component))
}

/** `--oom-watch-interval of helm-controller`: what the release is known not to have, and its controllers would not start with. */
export function unknownTo(settings: Settings, controllers: Controllers): string[] {
  const has = hasIn(controllers.version)
  const args = argumentsOf(settings, controllers, has).filter(({ component, flag }) => !has(component, 'flag', flag))
  const gates = gatesOf(settings).filter(({ component, gate }) => !has(component, 'gate', gate))
  return [
    ...args.map(({ component, flag }) => `--${flag} of ${component}`),
    ...gates.map(({ component, gate }) => `feature gate ${gate} of ${component}`),
  ]
}

/** In a fixed order; none where nothing is set. */
export function controllerPatches(settings: Settings, controllers: Controllers): KustomizePatch[] {
  const { components, version, tolerationKeys = [] } = controllers
  const has = hasIn(version)
  const args = argumentsOf(settings, controllers, has).filter(({ component, flag }) => has(component, 'flag', flag))
  const busy = BUSY.filter((each) => components.includes(each))
  return [
    ...components.flatMap((component) => {
      const own = args.filter((each) => each.component === component).map(({ flag, value }) => `--${flag}=${value}`)
      return own.length === 0 ? [] : [argumentPatch(component, own)]
    }),
    ...(settings.memoryLimit === undefined || busy.length === 0 ? [] : [memoryPatch(busy, settings.memoryLimit)]),
    // By its name: which number it has differs between releases.
    ...(settings.inMemoryBuild && components.includes('kustomize-controller')
      ? [podPatch(['kustomize-controller'], { volumes: [{ name: 'temp', emptyDir: { medium: 'Memory' } }] })]
      : []),
    ...(tolerationKeys.length === 0
      ? []
      : [podPatch(components, { tolerations: tolerationKeys.map((key) => ({ key, operator: 'Exists' })) })]),
  ]
}
