// A Flux that is applied once from a pin and keeps itself from then on by its OCI artifact. Both carry the same patches: where they differ, the artifact
// would start every controller anew as soon as it takes over, and whoever applies the pin again would be refused fields that are Flux' own.
import { images, installPatches, USUAL_NAMESPACE } from './install-patches.ts'
import { kustomizationText, type Manifest, manifests, yamlOf } from './manifest.ts'
import { asPath, join } from './places.ts'
import type { Plot } from './plot.ts'

type Fields = Readonly<Record<string, unknown>>

const SUFFIX = '-flux-system'

/** Names that the artifact gives, so that it takes over what the pin has made and makes no second one. */
const RENAMED = [
  ['ResourceQuota', 'critical-pods'],
  ['ClusterRole', 'crd-controller'],
  ['ClusterRole', 'flux-edit'],
  ['ClusterRole', 'flux-view'],
  ['ClusterRoleBinding', 'crd-controller'],
  ['ClusterRoleBinding', 'cluster-reconciler'],
] as const

const renames = (): Fields[] =>
  RENAMED.map(([kind, name]) => ({
    patch: yamlOf([
      { op: 'replace', path: '/metadata/name', value: name + SUFFIX },
      ...(kind === 'ClusterRoleBinding' && name === 'crd-controller'
        ? [{ op: 'replace', path: '/roleRef/name', value: name + SUFFIX }]
        : []),
    ]),
    target: { kind, name },
  }))

const some = (key: string, list: readonly unknown[]): Fields => (list.length === 0 ? {} : { [key]: list })

function layPin({ draft, places, file: { flux } }: Plot): void {
  const moved = flux.namespace === USUAL_NAMESPACE ? {} : { namespace: flux.namespace }
  const says = [
    'Applied once to a cluster without Flux:',
    `  kubectl apply --server-side --kustomize ${asPath(places.bootstrap)}`,
    'From then on Flux keeps itself: version and patches have to be those of flux.yaml in flux/config.',
  ]
  const text = kustomizationText([`github.com/fluxcd/flux2/manifests/install?ref=v${flux.version}`], says, moved)
  const more = { ...some('images', images(flux)), patches: [...installPatches(flux), ...renames()] }
  draft.add(join(places.bootstrap, 'kustomization.yaml'), text + yamlOf(more), 'the Flux that a cluster begins with')
}

function artifact({ file: { flux } }: Plot): Manifest[] {
  const meta = (name: string): Fields => ({ name, namespace: flux.namespace })
  const patches = installPatches(flux)
  return [
    {
      object: {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'OCIRepository',
        metadata: meta('flux-manifests'),
        spec: {
          interval: '10m',
          url: `oci://${flux.registry}/flux-manifests`,
          ref: { tag: `v${flux.version}` },
          ...(flux.imagePullSecret === undefined ? {} : { secretRef: { name: flux.imagePullSecret } }),
        },
      },
    },
    {
      object: {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: meta('flux'),
        spec: {
          interval: '10m',
          retryInterval: '1m',
          timeout: '5m',
          path: './',
          prune: true,
          wait: true,
          sourceRef: { kind: 'OCIRepository', name: 'flux-manifests' },
          ...(flux.namespace === USUAL_NAMESPACE ? {} : { targetNamespace: flux.namespace }),
          ...some('images', images(flux)),
          ...some('patches', patches),
        },
      },
    },
  ]
}

/** Lays out the pin and flux.yaml; what config has to list of it. */
export function selfManagement(plot: Plot): readonly string[] {
  layPin(plot)
  const path = join(plot.places.config, 'flux.yaml')
  const says = [`Flux keeps itself. Version and patches have to be those of ${asPath(plot.places.bootstrap)}.`]
  const [source, applied] = artifact(plot)
  plot.draft.add(path, manifests({ says, ...(source as Manifest) }, applied as Manifest), 'how Flux keeps itself')
  return [path]
}
