import type { KubeObject } from '../../../../src/ports/kube.ts'
import { crdObject } from '../../actions/fakes.ts'
import type { OutcomeTable } from './outcome.ts'
import { forbidden, type World } from './world.ts'

const IMAGE = ['image-reflector-controller', 'image-automation-controller'] as const

/** The image CRDs run and belong to Flux' own Kustomization, and the header of gotk-components.yaml has forgotten them. */
const forgotten = (world: World): void => {
  world.install(IMAGE, true)
  const names = [...world.kube.objects.keys()].flatMap((key) => /^customresourcedefinitions \/(image.*)$/.exec(key)?.[1] ?? [])
  world.change('Kustomization', 'flux-system', (object) => {
    object.status.inventory.entries.push(
      ...names.map((name) => ({ id: `_${name}_apiextensions.k8s.io_CustomResourceDefinition`, v: 'v1' })),
    )
  })
}

const noCrds = ({ kube }: World): void => void kube.broken.set('customresourcedefinitions', forbidden('list CRDs'))

const APPLIED = { id: 'apps_db_external-secrets.io_ExternalSecret', v: 'v1' }

const store = (apiVersion: string): KubeObject => ({
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name: 'db', namespace: 'apps', managedFields: [{ manager: 'external-secrets', apiVersion, subresource: 'status' }] },
})

const applies = (world: World): void => {
  const versions = { versions: ['v1beta1', 'v1'], storage: 'v1', stored: ['v1'] }
  world.kube.put('customresourcedefinitions', crdObject('externalsecrets', 'external-secrets.io', 'ExternalSecret', versions))
  world.change('Kustomization', 'flux-system', (object) => void object.status.inventory.entries.push(APPLIED))
}

export const outcomes: OutcomeTable = {
  'kinds-have-controllers': {
    pass: { given: 'every kind with objects has its controller' },
    fail: {
      given: 'there is an ImagePolicy and nobody to reconcile it',
      change: (world) => {
        world.install(IMAGE, false)
        world.put('ImagePolicy', 'app')
      },
      says: /1 object that nobody reconciles: image-reflector-controller does not run/,
    },
    unknown: { given: 'CRDs may not be read', change: noCrds },
  },
  'no-object-pruned': {
    pass: { given: 'the CRDs that are left out have no objects', change: forgotten },
    fail: {
      given: 'the header forgets the component of a kind that has objects',
      change: (world) => {
        forgotten(world)
        world.put('ImagePolicy', 'app')
      },
      // The other component has no objects, and belongs into the header as well.
      says: /imagepolicies.*would be deleted with 1 object.*Components: …,image-\w+-controller,image-\w+-controller /,
    },
    unknown: { given: 'CRDs may not be read', change: noCrds },
  },
  'no-crd-pruned': {
    pass: {
      given: 'a component that the header does not name was installed by somebody else',
      change: (world) => world.install(IMAGE, true),
      says: /"status":"pass"/,
    },
    fail: { given: 'the header forgets a component', change: forgotten, says: /3 CRDs would be deleted/ },
    unknown: { given: 'CRDs may not be read', change: noCrds },
  },
  'third-party-managed-fields': {
    pass: {
      given: 'an object of another CRD is owned in the version that it is applied in',
      change: (world) => {
        applies(world)
        world.kube.put('externalsecrets', store('external-secrets.io/v1'))
      },
      says: /1 object looked at/,
    },
    fail: {
      given: 'its status was last written in an older version',
      change: (world) => {
        applies(world)
        world.kube.put('externalsecrets', store('external-secrets.io/v1beta1'))
      },
      says: /ExternalSecret apps\/db.*v1beta1.*--api-version=external-secrets.io\/v1 --kind=ExternalSecret/,
    },
    unknown: {
      given: 'objects of that kind may not be read',
      change: (world) => {
        applies(world)
        world.kube.broken.set('externalsecrets', forbidden('list externalsecrets'))
      },
      says: /ExternalSecret: you may not list/,
    },
  },
  'one-applier-each': {
    pass: { given: 'every object is in one inventory' },
    fail: {
      given: 'two Kustomizations apply one Deployment',
      change: (world) => {
        const inventory = { entries: [{ id: 'apps_web_apps_Deployment', v: 'v1' }] }
        world.change('Kustomization', 'flux-system', (object) => void object.status.inventory.entries.push(...inventory.entries))
        world.put('Kustomization', 'web', { status: { inventory } })
      },
      says: /Deployment apps\/web.*Kustomization flux-system\/flux-system and Kustomization flux-system\/web/,
    },
    unknown: { given: 'CRDs may not be read', change: noCrds },
  },
}
