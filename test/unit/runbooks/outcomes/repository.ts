import { OpsError } from '../../../../src/errors.ts'
import type { Git } from '../../../../src/ports/git.ts'
import type { OutcomeTable } from './outcome.ts'
import { APP, forbidden, GOTK, type World } from './world.ts'

const OTHER = 'b'.repeat(40)
const unreachable = async (): Promise<never> =>
  Promise.reject(new OpsError({ code: 'git-unreachable', message: 'origin cannot be reached' }))
const broken = async (): Promise<never> => Promise.reject(new Error('git died'))

const git = (parts: Partial<Git>) => (world: World) => void Object.assign(world.git, parts)

const noKustomizations = ({ kube }: World): void => void kube.broken.set('kustomizations', forbidden('list kustomizations'))

const REMOVED = 'apiVersion: source.toolkit.fluxcd.io/v1beta2\nkind: OCIRepository\nmetadata: {name: app}\n'

export const outcomes: OutcomeTable = {
  'repository-found': {
    pass: { given: 'a Kustomization applies this clone', says: /applied by 1 Kustomization/ },
    fail: {
      given: 'the clone is of another repository',
      change: git({ upstream: async () => ({ remote: 'origin', branch: 'main', url: 'https://git.test/other' }) }),
      says: /no Kustomization of the cluster applies/,
    },
    unknown: { given: 'git itself does not work', change: git({ root: broken }), says: /git died/ },
  },
  'install-style-known': {
    pass: { given: 'cluster and clone agree on flux bootstrap', says: /flux bootstrap/ },
    fail: { given: 'the gotk files are not in the clone', change: ({ files }) => void files.delete(GOTK) },
    unknown: { given: 'Kustomizations may not be read', change: noKustomizations },
  },
  'repository-clean': {
    pass: { given: 'there is no change' },
    fail: {
      given: 'a file is not tracked',
      change: git({ status: async () => ({ entries: [{ code: '??', path: 'new.yaml' }] }) }),
      says: /new\.yaml/,
    },
    unknown: { given: 'the status cannot be read', change: git({ status: broken }) },
  },
  'repository-branch': {
    pass: { given: 'the branch is the one that the cluster follows' },
    fail: {
      given: 'the cluster follows another branch',
      change: (world) =>
        world.change('GitRepository', 'flux-system', (object) => {
          object.spec.ref.branch = 'stable'
        }),
      says: /stable/,
    },
    unknown: { given: 'Kustomizations may not be read', change: noKustomizations },
  },
  'repository-pushed': {
    pass: { given: 'the remote is at the head of the clone' },
    fail: { given: 'the remote is at another commit', change: git({ remoteHead: async () => OTHER }), says: /bbbbbbbbbb/ },
    unknown: { given: 'the remote is out of reach', change: git({ remoteHead: unreachable }), says: /cannot be reached/ },
  },
  'repository-applied': {
    pass: { given: 'the cluster has applied the head' },
    fail: {
      given: 'the cluster is at the commit before',
      change: (world) =>
        world.change('Kustomization', 'flux-system', (object) => {
          object.status.lastAppliedRevision = `main@sha1:${OTHER}`
        }),
      says: /Kustomization flux-system\/flux-system/,
    },
    unknown: { given: 'Kustomizations may not be read', change: noKustomizations },
  },
  'source-fetches': {
    pass: { given: 'the source was fetched', says: /GitRepository flux-system\/flux-system/ },
    fail: {
      given: 'the credentials of the cluster have run out',
      change: (world) =>
        world.change('GitRepository', 'flux-system', (object) => {
          object.status.conditions[0] = {
            ...object.status.conditions[0],
            status: 'False',
            reason: 'GitOperationFailed',
            message: 'authentication required',
          }
        }),
      says: /GitOperationFailed: authentication required/,
    },
    unknown: {
      given: 'the source is being fetched for the first time',
      change: (world) =>
        world.change('GitRepository', 'flux-system', (object) => {
          object.status.conditions[0] = { ...object.status.conditions[0], status: 'Unknown', reason: 'Progressing' }
          delete object.status.artifact
        }),
      says: /is progressing/,
    },
  },
  'push-allowed': {
    pass: { given: 'the server lets you in for a push', says: /origin\/main/ },
    fail: {
      given: 'the server takes no push from you',
      change: git({
        tryPush: async () => Promise.reject(new OpsError({ code: 'git-auth', message: 'try a push to main: denied to you' })),
      }),
      says: /denied to you/,
    },
    unknown: { given: 'the remote is out of reach', change: git({ tryPush: unreachable }), says: /cannot be reached/ },
  },
  'pins-found': {
    pass: { given: 'the pin is at what runs', says: /v2\.7\.3/ },
    fail: {
      given: 'the pin is at another release',
      change: (world) => void world.files.set(GOTK, (world.files.get(GOTK) ?? '').replace('v2.7.3', 'v2.7.1')),
      says: /the cluster runs 2\.7\.3/,
    },
    unknown: { given: 'Kustomizations may not be read', change: noKustomizations },
  },
  'removed-api-migratable': {
    pass: { given: 'every manifest is in a version that the target serves' },
    fail: {
      given: 'flux migrate leaves a manifest in a removed version as it is',
      change: ({ files }) => void files.set(APP, REMOVED),
      says: /v1beta2 → source\.toolkit\.fluxcd\.io\/v1/,
    },
    unknown: {
      given: 'flux cannot be started',
      change: (world) => {
        world.files.set(APP, REMOVED)
        world.exec = () => {
          throw new OpsError({ code: 'tool-missing', message: 'flux is not there' })
        }
      },
      says: /flux is not there/,
    },
  },
  'no-manifest-on-removed-api': {
    pass: { given: 'every manifest is in a version that the target serves' },
    fail: {
      given: 'a file that may hold one cannot be looked into',
      change: ({ files }) =>
        void files.set(APP, '{{ if .x }}\napiVersion: source.toolkit.fluxcd.io/v1beta2\nkind: OCIRepository\n{{ end }}\n'),
      says: /1 file cannot be looked into/,
    },
    unknown: { given: 'Kustomizations may not be read', change: noKustomizations },
  },
}
