import { condition, readyStatus } from '../../flux/objects.ts'
import type { OutcomeTable } from './outcome.ts'
import { forbidden } from './world.ts'

const failing = (message: string) => ({
  observedGeneration: 1,
  conditions: [condition('False', { reason: 'BuildFailed', message, observedGeneration: 1 })],
})

const dependent = (name: string) => ({ spec: { dependsOn: [{ name }] }, status: readyStatus() })

export const outcomes: OutcomeTable = {
  'cluster-reachable': {
    pass: { given: 'the API server answers', says: /uid-1/ },
    fail: {
      given: 'you are not let in',
      change: (world) => {
        world.kube.unreachable = forbidden('get namespaces')
      },
      says: /may not get namespaces/,
    },
    unknown: {
      given: 'the answer is not one of an API server',
      change: (world) => {
        world.kube.unreachable = new Error('unexpected token < in JSON')
      },
      says: /unexpected token/,
    },
  },
  'flux-installed': {
    pass: { given: 'four controllers of one release run', says: /Flux 2\.7\.3, 4 controllers/ },
    fail: {
      given: 'the namespace has no controller',
      change: ({ kube }) => {
        for (const key of [...kube.objects.keys()].filter((each) => each.startsWith('deployments '))) kube.objects.delete(key)
      },
      says: /no controller of Flux/,
    },
    unknown: {
      given: 'Deployments may not be read',
      change: ({ kube }) => void kube.broken.set('deployments', forbidden('list deployments')),
      says: /may not list deployments/,
    },
  },
  'crds-and-controllers-agree': {
    pass: { given: 'images and CRDs are of one release' },
    fail: {
      given: 'a CRD is of an older release',
      change: (world) =>
        void world.kube.objects.get('customresourcedefinitions /ocirepositories.source.toolkit.fluxcd.io')?.spec.versions.pop(),
      says: /different releases/,
    },
    unknown: {
      given: 'CRDs may not be read',
      change: ({ kube }) => void kube.broken.set('customresourcedefinitions', forbidden('list CRDs')),
    },
  },
  'kubernetes-supported': {
    pass: { given: 'the target is tested with this Kubernetes', says: /tested 1\.34/ },
    fail: {
      given: 'Kubernetes is too old for the target',
      change: ({ kube }) => {
        kube.version = 'v1.31.2'
      },
      says: /too old/,
    },
    unknown: {
      given: 'the version cannot be had',
      change: ({ kube }) => {
        kube.unreachable = forbidden('get the version')
      },
    },
  },
  'controllers-healthy': {
    pass: { given: 'every Deployment is rolled out' },
    fail: {
      given: 'one has no pod that is ready',
      change: (world) =>
        world.change('Deployment', 'helm-controller', (object) => {
          object.status.availableReplicas = 0
        }),
      says: /helm-controller 0 of 1 pods are ready/,
    },
    unknown: { given: 'pods may not be read', change: ({ kube }) => void kube.broken.set('pods', forbidden('list pods')) },
  },
  'sync-not-suspended': {
    pass: { given: 'nothing that applies Flux is suspended' },
    fail: {
      given: 'the GitRepository is suspended',
      change: (world) =>
        world.change('GitRepository', 'flux-system', (object) => {
          object.spec.suspend = true
        }),
      says: /GitRepository flux-system\/flux-system/,
    },
    unknown: {
      given: 'GitRepositories may not be read',
      change: ({ kube }) => void kube.broken.set('gitrepositories', forbidden('list gitrepositories')),
    },
  },
  'objects-ready': {
    pass: { given: 'all objects are ready' },
    fail: {
      given: 'a Kustomization fails',
      change: (world) => world.put('Kustomization', 'web', { status: failing('no such file') }),
      says: /no such file/,
    },
    unknown: {
      given: 'Kustomizations may not be read',
      change: ({ kube }) => void kube.broken.set('kustomizations', forbidden('list kustomizations')),
    },
  },
  'no-dependency-cycle': {
    pass: { given: 'a Kustomization depends on another', change: (world) => world.put('Kustomization', 'web', dependent('apps')) },
    fail: {
      given: 'two Kustomizations depend on each other',
      change: (world) => {
        world.put('Kustomization', 'web', dependent('auth'))
        world.put('Kustomization', 'auth', dependent('web'))
      },
      says: /Kustomization flux-system\/web → Kustomization flux-system\/auth → Kustomization flux-system\/web/,
    },
    unknown: {
      given: 'Kustomizations may not be read',
      change: ({ kube }) => void kube.broken.set('kustomizations', forbidden('list kustomizations')),
    },
  },
  'suspended-objects': {
    pass: { given: 'nothing is suspended' },
    fail: {
      given: 'a HelmRelease is suspended',
      change: (world) => world.put('HelmRelease', 'plex', { spec: { suspend: true }, status: readyStatus() }),
      says: /HelmRelease flux-system\/plex/,
    },
    unknown: {
      given: 'HelmReleases may not be read',
      change: ({ kube }) => void kube.broken.set('helmreleases', forbidden('list helmreleases')),
    },
  },
  permissions: {
    pass: { given: 'you may do everything' },
    fail: {
      given: 'you may not change CRDs',
      change: ({ kube }) => void kube.denied.push('patch customresourcedefinitions'),
      says: /patch customresourcedefinitions/,
    },
    unknown: {
      given: 'the API server does not say what you may do',
      change: ({ kube }) => void kube.broken.set('selfsubjectaccessreviews', forbidden('ask')),
    },
  },
}
