import { ALICE, BOB } from '../../../sops/rules/people.ts'
import { metadata, SEALED, secret } from '../world.ts'
import { both, broken, file, noCluster, type OutcomeTable, PQ, unread } from './outcome.ts'

export const outcomes: OutcomeTable = {
  'sealed-files-whole': {
    found: [
      { given: 'a file is empty', change: file('apps/a.sops.yaml', '\n'), says: /is empty/ },
      { given: 'a file is cut', change: file('apps/a.yaml', `a: ${SEALED}\n`), says: /metadata of sops that opens them is not there/ },
      {
        given: 'its metadata is damaged',
        change: both(file('apps/a.yaml', `a: ${SEALED}\n`), (parts) => void parts.sealed.set('apps/a.yaml', broken('apps/a.yaml'))),
        says: /"where":"apps\/a\.yaml:7".*incomplete/,
      },
    ],
    unknown: 'a file that cannot be read is told elsewhere',
    holds: [
      { given: 'the documentation shows a sealed value', change: file('README.md', `a: ${SEALED}\n`) },
      {
        given: 'its name tells no format, and another one fits',
        change: both(file('apps/.env.local', `a: ${SEALED}\n`), (parts) => {
          parts.sealed.set('apps/.env.local', broken('apps/.env.local'))
          parts.sealed.set('apps/.env.local.env', metadata([[ALICE, BOB]]))
        }),
      },
    ],
  },
  'no-conflict-in-sealed': {
    found: [
      {
        given: 'a merge was not ended',
        change: file('apps/a.yaml', `<<<<<<< HEAD\na: ${SEALED}\n=======\n>>>>>>> b\n`),
        says: /"where":"apps\/a\.yaml:1"/,
      },
    ],
    unknown: 'it shows in the text',
  },
  'macs-hold': {
    found: [
      {
        given: 'a file was changed',
        change: (parts) => void parts.macs.set('apps/db.sops.yaml', { status: 'mismatch' }),
        says: /"severity":"error".*does not hold/,
      },
      {
        given: 'a file has none',
        change: (parts) => void parts.macs.set('apps/db.sops.yaml', { status: 'none' }),
        says: /"severity":"warning"/,
      },
    ],
    unknown: [
      {
        given: 'a value is one that only sops reads',
        change: (parts) => void parts.macs.set('apps/db.sops.yaml', { status: 'unknown', why: 'only sops can tell' }),
        says: /only sops can tell/,
      },
    ],
    skipped: [
      {
        given: 'nobody gave a key',
        change: (parts) => void parts.macs.set('apps/db.sops.yaml', { status: 'skipped' }),
        says: /--identity/,
      },
    ],
  },
  'sealed-objects-addressable': {
    found: [
      {
        given: 'the name is sealed',
        change: (parts) => parts.seal('apps/db.sops.yaml', [[ALICE, BOB]], secret('db').replace('name: db', `name: ${SEALED}`)),
        says: /metadata\.name sealed/,
      },
      {
        given: 'everything is',
        change: (parts) => parts.seal('apps/db.sops.yaml', [[ALICE, BOB]], secret('db').replace('kind: Secret', `kind: ${SEALED}`)),
        says: /an object has kind sealed/,
      },
    ],
    unknown: [
      { given: 'its YAML is broken', change: (parts) => parts.seal('apps/db.sops.yaml', [[ALICE, BOB]], 'a: [\n'), says: /not valid YAML/ },
    ],
    holds: [
      {
        given: 'it is no object',
        change: (parts) => parts.seal('apps/values.sops.yaml', [[ALICE, BOB]], `metadata: ${SEALED}\nsops:\n  mac: x\n`),
      },
    ],
  },
  'second-way-in': {
    found: [
      {
        given: 'one key opens everything',
        change: (parts) => parts.seal('apps/db.sops.yaml', [[ALICE]]),
        says: /1 sealed file opens with age1y…6c \\"oncall\\" and nothing else/,
      },
    ],
    unknown: 'it shows in the files',
    holds: [{ given: 'nothing is sealed', change: (parts) => void parts.files.delete('apps/db.sops.yaml') }],
  },
  'post-quantum-supported': {
    found: [
      {
        given: 'Flux is too old for what is sealed',
        change: both(
          (parts) => parts.seal('apps/db.sops.yaml', [[PQ]]),
          (parts) => parts.change((cluster) => void Object.assign(cluster, { kustomizeController: 'v1.7.2' })),
        ),
        says: /"severity":"error".*1\.7\.2 cannot open.*1 file nothing else/,
      },
      {
        given: 'there is another way in until Flux is upgraded',
        change: both(
          (parts) => parts.seal('apps/db.sops.yaml', [[PQ, ALICE]]),
          (parts) => parts.change((cluster) => void Object.assign(cluster, { kustomizeController: 'v1.8.0' })),
        ),
        says: /"severity":"warning"/,
      },
      {
        given: 'sops is too old',
        change: (parts) => {
          parts.seal('apps/db.sops.yaml', [[PQ]])
          parts.sopsVersion = '3.11.0'
        },
        says: /sops 3\.11\.0/,
      },
    ],
    unknown: [
      {
        given: 'the cluster cannot be reached',
        change: both((parts) => parts.seal('apps/db.sops.yaml', [[PQ]]), unread),
        says: /1 place with post-quantum recipients.*cannot be reached/,
      },
      {
        given: 'no controller was found',
        change: both(
          (parts) => parts.seal('apps/db.sops.yaml', [[PQ]]),
          (parts) => parts.change((cluster) => void Object.assign(cluster, { kustomizeController: undefined })),
        ),
        says: /no kustomize-controller/,
      },
    ],
    skipped: [
      {
        given: 'no cluster was asked',
        change: both((parts) => parts.seal('apps/db.sops.yaml', [[PQ]]), noCluster),
        says: /its version of Flux/,
      },
    ],
    holds: [{ given: 'all know it', change: (parts) => parts.seal('apps/db.sops.yaml', [[PQ]]) }],
  },
}
