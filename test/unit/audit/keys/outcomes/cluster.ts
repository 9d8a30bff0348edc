import { ALICE, BOB, CAROL } from '../../../sops/rules/people.ts'
import { keySecret, secret, written } from '../world.ts'
import {
  both,
  clusterUnread,
  file,
  forbidden,
  live,
  noCluster,
  noneApplied,
  notAsked,
  nothingOfUs,
  type OutcomeTable,
  ofFallback,
  ofSecret,
  patched,
} from './outcome.ts'

/** What is sealed is no resource of apps any more. */
const component = both(
  file('apps/kustomization.yaml', 'resources: []\n'),
  file('parts/kustomization.yaml', 'kind: Component\nresources:\n  - ../apps/db.sops.yaml\n'),
)

export const outcomes: OutcomeTable = {
  'decryption-configured': {
    found: [
      {
        given: 'the cluster has none',
        change: live({}),
        says: /Kustomization flux-system\/apps.*applies 1 sealed file \(apps\/db\.sops\.yaml\) and has no spec\.decryption/,
      },
      {
        given: 'the file has none',
        change: both(noCluster, file('clusters/prod/apps.yaml', written('apps', ''))),
        says: /"where":"clusters\/prod\/apps\.yaml:1"/,
      },
      {
        given: 'it names no Secret, and the controller has none',
        change: live({ decryption: { provider: 'sops' } }),
        says: /no --sops-age-secret/,
      },
      {
        given: 'the sealed file is of a component that it names',
        change: both(live({ components: ['../parts'] }), component),
        says: /apps.*applies 1 sealed file/,
      },
      {
        given: 'the sealed file is of a component that its file names',
        change: both(noCluster, component, file('clusters/prod/apps.yaml', written('apps', '  components: ["../parts"]\n'))),
        says: /"where":"clusters\/prod\/apps\.yaml:1"/,
      },
      { given: 'the provider is none', change: live({ decryption: { provider: 'vault' } }), says: /which Flux does not have/ },
    ],
    unknown: [clusterUnread, noneApplied, ofFallback(live({ decryption: { provider: 'sops' } }))],
    skipped: [
      {
        given: 'decryption comes from a patch',
        change: both(noCluster, file('clusters/prod/apps.yaml', written('apps', '')), patched),
        says: /root\.yaml:\d+ puts decryption into Kustomizations/,
      },
      {
        given: 'only the controller knows the Secret',
        change: both(noCluster, file('clusters/prod/apps.yaml', written('apps', '  decryption: {provider: sops}\n'))),
        says: /--sops-age-secret/,
      },
    ],
    holds: [
      { given: 'the cluster has what a patch put in', change: both(file('clusters/prod/apps.yaml', written('apps', '')), patched) },
      {
        given: 'the controller has a Secret for all',
        change: both(live({ decryption: { provider: 'sops' } }), (parts) =>
          parts.change((cluster) => void Object.assign(cluster, { globalSecret: 'flux-system/sops-age' })),
        ),
      },
      {
        given: 'it applies another repository',
        change: both(
          noCluster,
          file(
            'clusters/prod/apps.yaml',
            `${written('apps', '  sourceRef:\n    kind: GitRepository\n    name: theirs\n')}---\nkind: GitRepository\nmetadata:\n  name: theirs\nspec:\n  url: https://git.test/they/home\n`,
          ),
        ),
      },
      { given: 'the sealed file is not applied', change: both(live({}), file('apps/kustomization.yaml', 'resources: []\n')) },
    ],
  },
  'decryption-secret-exists': {
    found: [
      {
        given: 'it is not there',
        change: ofSecret(keySecret([], { look: { status: 'missing', elsewhere: [] } })),
        says: /does not exist, and is what Kustomization flux-system\/apps would decrypt with/,
      },
      {
        given: 'it is in another namespace',
        change: ofSecret(keySecret([], { look: { status: 'missing', elsewhere: ['default/sops-age'] } })),
        says: /default\/sops-age has that name, and Flux looks in flux-system only.*put the Secret into flux-system, where Kustomization flux-system\/apps is/,
      },
      {
        given: 'the Secret for all is in another namespace than the controller',
        change: ofSecret(
          keySecret([], { isGlobal: true, usedBy: ['Kustomization web/apps'], look: { status: 'missing', elsewhere: ['web/sops-age'] } }),
        ),
        says: /put the Secret into flux-system, where kustomize-controller is/,
      },
    ],
    unknown: [clusterUnread, forbidden, ofFallback()],
    skipped: notAsked,
  },
  'key-entries-read': {
    found: [
      {
        given: 'an entry has the wrong end',
        change: ofSecret(keySecret([{ name: 'age.key', recipients: [ALICE] }])),
        says: /"severity":"error".*entry age\.key holds an age key and is passed over.*op.*move.*from.*data.age\.key.*path.*data.age\.agekey/,
      },
      {
        given: 'an entry is no key',
        change: ofSecret(keySecret([{ name: 'age.agekey', recipients: undefined }])),
        says: /no age key: Flux stops/,
      },
      { given: 'there is no entry', change: ofSecret(keySecret([])), says: /no entry at all/ },
      {
        given: 'the same key stands there under a right name too',
        change: ofSecret(
          keySecret([
            { name: 'age.key', recipients: [ALICE] },
            { name: 'age.agekey', recipients: [ALICE] },
          ]),
        ),
        says: /"severity":"warning"/,
      },
      {
        given: 'the name that it should have is that of another key',
        change: ofSecret(
          keySecret([
            { name: 'age.agekey', recipients: [ALICE] },
            { name: 'age.key', recipients: [BOB] },
            { name: 'age.txt', recipients: [CAROL] },
          ]),
        ),
        says: /data.age\.key.*data.age-2\.agekey.*data.age\.txt.*data.age-3\.agekey/,
      },
      {
        given: 'an entry holds no key, and would stop Flux under a name that it reads',
        change: ofSecret(
          keySecret([
            { name: 'age.agekey', recipients: [ALICE] },
            { name: 'note', recipients: undefined },
          ]),
        ),
        says: /"severity":"warning".*entry note is passed over.*leave its name as it is/,
      },
      {
        given: 'the Secret for all has a PGP key',
        change: ofSecret(keySecret([{ name: 'a.asc', recipients: undefined }], { isGlobal: true })),
        says: /a\.asc is passed over/,
      },
    ],
    unknown: [clusterUnread, forbidden, ofFallback()],
    skipped: notAsked,
    holds: [
      {
        given: 'there are keys of other kinds',
        change: ofSecret(
          keySecret([
            { name: 'a.asc', recipients: undefined },
            { name: 'sops.vault-token', recipients: undefined },
          ]),
        ),
      },
    ],
  },
  'cluster-opens-files': {
    found: [
      {
        given: 'its key is another one',
        change: ofSecret(keySecret([{ name: 'age.agekey', recipients: [CAROL] }])),
        says: /is sealed to age1y…6c \\"oncall\\", age12…re, and Secret flux-system\/sops-age, with which apps decrypts, holds age1p…g0/,
      },
      {
        given: 'Flux does not read its key',
        change: ofSecret(keySecret([{ name: 'age.key', recipients: [ALICE] }])),
        says: /no key of age that Flux reads/,
      },
      { given: 'two groups are needed', change: (parts) => parts.seal('apps/db.sops.yaml', [[ALICE], [BOB]]), says: /db\.sops\.yaml/ },
    ],
    unknown: [clusterUnread, forbidden, noneApplied, ofFallback(live({ decryption: { provider: 'sops' } }))],
    skipped: notAsked,
    holds: [
      {
        given: 'the cluster applies another repository, and nothing is sealed in this one',
        change: both(nothingOfUs, (parts) => {
          parts.sealed.clear()
          parts.files.delete('apps/db.sops.yaml')
        }),
      },
      {
        given: 'one of two groups is enough',
        change: (parts) => parts.seal('apps/db.sops.yaml', [[ALICE], [BOB]], secret('db'), { shamirThreshold: 1 }),
      },
    ],
  },
}
