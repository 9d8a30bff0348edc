// What is kept of the metadata of an object. Labels and annotations are anybody's: those of Flux, of Kubernetes and ours are kept, and what selects pods.
import { each, type Shape, texts } from './keep.ts'

const DOMAINS = /(?:^|\.)(?:fluxcd\.io|kubernetes\.io|k8s\.io|fluxcd\.controlplane\.io|helm\.sh|flux-ops\.dev)$/

const domainOf = (key: string): string => (key.includes('/') ? key.slice(0, key.indexOf('/')) : '')

/** Holds the whole object once more, with all that was left out of it. */
const COPIES = /last-applied|\/original-|rollout-|\.alpha\.|restartedAt/i

const isKnown = (key: string): boolean => DOMAINS.test(domainOf(key)) && !COPIES.test(key)

/** `app`, and what a Deployment selects its pods by. */
const isLabel =
  (selecting: ReadonlySet<string>) =>
  (key: string): boolean =>
    key === 'app' || selecting.has(key) || isKnown(key)

const there: Shape = () => ({})

/** Names of fields hold no values, but the keys of maps do: of all that somebody has set, only whether he has suspended it, and our notes on that. */
const suspendOnly: Shape = {
  'f:spec': { 'f:suspend': there },
  'f:metadata': { 'f:annotations': each((key) => /^f:(?:source\.extensions\.fluxcd\.io|flux-ops\.dev)\/[a-z-]{1,40}$/.test(key), there) },
}

const MANAGED: Shape = [{ ...texts('manager', 'operation', 'apiVersion', 'time', 'subresource', 'fieldsType'), fieldsV1: suspendOnly }]

const OWNERS: Shape = [texts('apiVersion', 'kind', 'name', 'uid', 'controller')]

export const metadataShape = (selecting: ReadonlySet<string>): Shape => ({
  ...texts(
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ),
  labels: each(isLabel(selecting), 'text'),
  annotations: each(isKnown, 'text'),
  finalizers: ['text'],
  ownerReferences: OWNERS,
  managedFields: MANAGED,
})
