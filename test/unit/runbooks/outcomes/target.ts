import { OpsError } from '../../../../src/errors.ts'
import type { ExecResult } from '../../../../src/ports/exec.ts'
import type { OutcomeTable } from './outcome.ts'
import { forbidden, type World } from './world.ts'

const crds = ({ kube }: World): void => void kube.broken.set('customresourcedefinitions', forbidden('list CRDs'))

const oci = 'customresourcedefinitions /ocirepositories.source.toolkit.fluxcd.io'

export const outcomes: OutcomeTable = {
  'target-known': {
    pass: { given: 'the target is newer than what runs', says: /2\.7\.3 → 2\.9\.2/ },
    fail: {
      given: 'the target is older than what runs',
      change: (world) => {
        world.input = { ...world.input, to: '2.6.4' }
      },
    },
    unknown: { given: 'what runs cannot be read', change: crds },
  },
  'no-force-over-crds': {
    pass: { given: 'nothing has force' },
    fail: {
      given: 'the Kustomization of Flux has spec.force',
      change: (world) =>
        world.change('Kustomization', 'flux-system', (object) => {
          object.spec.force = true
        }),
      says: /spec\.force/,
    },
    unknown: { given: 'CRDs may not be read', change: crds },
  },
  'stored-versions': {
    pass: { given: 'every stored version is one of the target' },
    fail: {
      given: 'a CRD stores a version that is neither served nor known to the target',
      change: ({ kube }) => void kube.objects.get(oci)?.status.storedVersions.unshift('v1alpha1'),
      says: /v1alpha1/,
    },
    unknown: { given: 'CRDs may not be read', change: crds },
  },
  'stale-managed-fields': {
    pass: { given: 'every object is managed at its storage version' },
    fail: { never: 'what is stale is rewritten by step migrate-storage, and the check says so' },
    unknown: { given: 'CRDs may not be read', change: crds },
  },
  'live-references': {
    pass: {
      given: 'a health check names a version that stays',
      change: (world) =>
        world.put('Kustomization', 'web', { spec: { healthChecks: [{ apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' }] } }),
    },
    fail: {
      given: 'a health check names a version that goes',
      change: (world) =>
        world.put('Kustomization', 'web', {
          spec: { healthChecks: [{ apiVersion: 'helm.toolkit.fluxcd.io/v2beta2', kind: 'HelmRelease' }] },
        }),
      says: /Kustomization flux-system\/web.*spec\.healthChecks\[0\] names HelmRelease helm\.toolkit\.fluxcd\.io\/v2beta2/,
    },
    unknown: { given: 'CRDs may not be read', change: crds },
  },
  'kubernetes-supported-at-stops': {
    pass: { given: 'there is no stop on the way' },
    fail: {
      given: 'a stop is older than this Kubernetes',
      from: '2.6.4',
      change: (world) => {
        world.install(['image-reflector-controller', 'image-automation-controller'], true)
        world.files.set('/repo/clusters/prod/flux-system/gotk-components.yaml', withImages(world))
        world.kube.version = 'v1.36.0'
      },
      says: /Flux 2\.[78]\.\d.*newer than that/,
    },
    unknown: {
      given: 'the version of Kubernetes cannot be had',
      change: ({ kube }) => {
        kube.unreachable = forbidden('get the version')
      },
    },
  },
  'stops-exportable': {
    pass: { given: 'flux prints the manifests of the stop', from: '2.6.4', change: (world) => exporting(world, {}) },
    fail: {
      given: 'flux cannot reach where they are',
      from: '2.6.4',
      change: (world) => exporting(world, { exitCode: 1, stdout: '', stderr: '✗ no such host\n' }),
      says: /no such host/,
    },
    unknown: {
      given: 'flux cannot be started',
      from: '2.6.4',
      change: (world) => {
        exporting(world, {})
        world.exec = () => {
          throw new OpsError({ code: 'tool-missing', message: 'flux is not there' })
        }
      },
      says: /flux is not there/,
    },
  },
  'rollback-possible': {
    pass: { given: 'no CRD gets a new storage version', says: /back to 2\.7\.3/ },
    fail: {
      given: 'the image kinds get a new storage version',
      from: '2.6.4',
      change: (world) => {
        world.install(['image-reflector-controller', 'image-automation-controller'], true)
        world.files.set('/repo/clusters/prod/flux-system/gotk-components.yaml', withImages(world))
      },
      says: /imagepolicies.*no way back below Flux 2\.7\.0/,
    },
    unknown: { given: 'CRDs may not be read', change: crds },
  },
}

/** Image kinds need a stop, and `flux install --export` is asked for it. */
const exporting = (world: World, answer: Partial<ExecResult>): void => {
  world.install(['image-reflector-controller', 'image-automation-controller'], true)
  world.files.set('/repo/clusters/prod/flux-system/gotk-components.yaml', withImages(world))
  world.exec = ({ args }) => {
    const version = args.find((arg) => arg.startsWith('--version='))?.slice('--version='.length)
    return { stdout: `# Flux Version: ${version}\n`, ...answer }
  }
}

const withImages = (world: World): string =>
  (world.files.get('/repo/clusters/prod/flux-system/gotk-components.yaml') ?? '').replace(
    'notification-controller',
    'notification-controller,image-reflector-controller,image-automation-controller',
  )
