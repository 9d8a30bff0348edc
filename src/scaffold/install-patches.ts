// What a cluster file says of Flux beyond its settings, as patches over Flux' own manifests: the pin and the OCI artifact hold every controller, in
// namespace flux-system, from the registry of the project.
import type { ClusterFile } from '../cluster-file/schema.ts'
import { isKnown, release } from '../flux/catalogue/index.ts'
import { COMPONENTS, type Component } from '../flux/kinds.ts'
import { argumentPatch, controllerPatches, type KustomizePatch, oneOf } from './controller-patches.ts'
import { yamlOf } from './manifest.ts'

type Flux = ClusterFile['flux']

export const USUAL_NAMESPACE = 'flux-system'
const USUAL_DOMAIN = 'cluster.local'
const USUAL_REGISTRY = 'ghcr.io/fluxcd'

export const componentsOf = ({ components, componentsExtra }: Flux): Component[] => [...new Set([...components, ...componentsExtra])]

const dropped = (apiVersion: string, kind: string, target: KustomizePatch['target']): KustomizePatch => ({
  patch: yamlOf({ $patch: 'delete', apiVersion, kind, metadata: { name: 'all' } }),
  target,
})

function unwanted(flux: Flux): KustomizePatch[] {
  const wanted = componentsOf(flux)
  const all = isKnown(flux.version) ? release(flux.version).controllers.map(({ component }) => component) : COMPONENTS
  const others = all.filter((component) => !wanted.includes(component))
  const group = 'networking.k8s.io'
  return [
    ...(others.length === 0 ? [] : [dropped('apps/v1', 'Deployment', { kind: 'Deployment', name: oneOf(others) })]),
    ...(flux.networkPolicy ? [] : [dropped(`${group}/v1`, 'NetworkPolicy', { group, kind: 'NetworkPolicy' })]),
  ]
}

/** Services have the name of their controller. */
const SERVING: readonly Component[] = ['source-controller', 'source-watcher']

/** Addresses in arguments: what stands there first is for namespace flux-system and cluster.local, and of a flag the last one counts. */
function addresses(flux: Flux): KustomizePatch[] {
  if (flux.namespace === USUAL_NAMESPACE && flux.clusterDomain === USUAL_DOMAIN) return []
  const host = (service: string): string => `${service}.${flux.namespace}.svc.${flux.clusterDomain}.`
  return componentsOf(flux).flatMap((component) => {
    const args = [
      ...(component === 'notification-controller' ? [] : [`--events-addr=http://${host('notification-controller')}/`]),
      ...(SERVING.includes(component) ? [`--storage-adv-addr=${host(component)}`] : []),
    ]
    return args.length === 0 ? [] : [argumentPatch(component, args)]
  })
}

const pullSecret = (name: string | undefined): KustomizePatch[] =>
  name === undefined
    ? []
    : [
        {
          patch: yamlOf({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'all' }, imagePullSecrets: [{ name }] }),
          target: { kind: 'ServiceAccount', name: oneOf(COMPONENTS) },
        },
      ]

/** In a fixed order, settings last. */
export function installPatches(flux: Flux): KustomizePatch[] {
  const components = componentsOf(flux)
  const { version, settings, logLevel, tolerationKeys } = flux
  return [
    ...unwanted(flux),
    ...addresses(flux),
    ...(flux.watchAllNamespaces ? [] : components.map((component) => argumentPatch(component, ['--watch-all-namespaces=false']))),
    ...pullSecret(flux.imagePullSecret),
    ...controllerPatches(settings, { version, components, logLevel, tolerationKeys }),
  ]
}

/** As `images` of a kustomization. The pin names images without a registry, the artifact with one; both have to run the same. */
export const images = (flux: Flux): { readonly name: string; readonly newName: string }[] =>
  componentsOf(flux).flatMap((component) => {
    const newName = `${flux.registry}/${component}`
    return [`fluxcd/${component}`, `${USUAL_REGISTRY}/${component}`].filter((name) => name !== newName).map((name) => ({ name, newName }))
  })
