import type { Component } from '../kinds.ts'

export type CrdVersion = {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly deprecated: boolean
  /** The schema has status.conditions. */
  readonly conditions: boolean
  /** The schema has status.lastHandledReconcileAt: answers a reconcile request. */
  readonly handles: boolean
  /** The schema has spec.suspend. */
  readonly suspends: boolean
}

export type CrdFacts = {
  readonly name: string // <plural>.<group>
  readonly group: string
  readonly kind: string
  readonly plural: string
  readonly scope: 'Namespaced' | 'Cluster'
  readonly component: Component
  readonly versions: readonly CrdVersion[]
}

export type ControllerFacts = {
  readonly component: Component
  /** Without registry: `fluxcd/source-controller`. */
  readonly image: string
  /** `v1.9.3` */
  readonly tag: string
  /** Default arguments of the container. */
  readonly args: readonly string[]
}

/** Kubernetes minors a Flux minor is tested with, both inclusive: `1.34`. */
export type KubernetesRange = { readonly min: string; readonly max: string; readonly source: string }

export type ReleaseFacts = {
  readonly version: string // 2.9.2
  readonly minor: string // 2.9
  readonly controllers: readonly ControllerFacts[]
  readonly crds: readonly CrdFacts[]
  /** Undefined when no source tells. */
  readonly kubernetes?: KubernetesRange
}

/** `2.9` of `2.9.2` or `v2.9.2`. */
export const minorOf = (version: string): string => version.replace(/^v/, '').split('.').slice(0, 2).join('.')
