import { ALICE, BOB } from '../../../sops/rules/people.ts'
import { SEALED, secret } from '../world.ts'
import { both, file, KEY, noCluster, type OutcomeTable, VARIABLE } from './outcome.ts'

export const outcomes: OutcomeTable = {
  'no-private-key': {
    found: [
      {
        given: 'a key file is in git',
        change: file('keys.txt', `# created\n${KEY}\n`),
        says: /"where":"keys\.txt:2".*private key of age in clear/,
      },
      {
        given: 'a key stands in a Secret in base64',
        change: file('a.yaml', `data:\n  age.agekey: ${btoa(`# x\n${KEY}`)}\n`),
        says: /base64/,
      },
      {
        given: 'a PGP key is in git',
        change: file(
          'key.asc',
          '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQVYBGABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnop\nCCCC\n-----END',
        ),
        says: /PGP PRIVATE KEY BLOCK/,
      },
    ],
    unknown: [
      {
        given: 'a file cannot be read',
        change: (parts) => void Object.assign(parts, { unreadable: [{ path: 'big.yaml', why: 'it has 20000000 bytes', isBinary: false }] }),
        says: /big\.yaml/,
      },
    ],
    holds: [
      {
        given: 'a placeholder stands in the documentation',
        change: file('README.md', 'AGE-SECRET-KEY-1… or AGE-SECRET-KEY-1XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX\n'),
      },
      {
        given: 'a picture is no text',
        change: (parts) => void Object.assign(parts, { unreadable: [{ path: 'a.png', why: 'no text', isBinary: true }] }),
      },
    ],
  },
  'secrets-sealed': {
    found: [
      {
        given: 'a Secret is in clear',
        change: file('apps/a.yaml', secret('a', { password: 'hunter22' }, false)),
        says: /"where":"apps\/a\.yaml:7".*stringData\.password in clear/,
      },
      {
        given: 'it is one of a list',
        change: file(
          'a.json',
          `{"kind": "List", "items": [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"k": "aHVudGVy"}}]}`,
        ),
        says: /data\.k/,
      },
      {
        given: 'it stands behind a sealed one',
        change: file('apps/a.yaml', `${secret('a')}---\n${secret('b', { k: 'v' }, false)}`),
        says: /Secret web\/b/,
      },
      {
        given: 'a generator has a value',
        change: file('apps/kustomization.yaml', 'secretGenerator:\n  - name: g\n    literals:\n      - password=hunter22\n'),
        says: /"where":"apps\/kustomization\.yaml:4".*secretGenerator g has password/,
      },
      {
        given: 'a generator reads a file that is not sealed',
        change: both(
          file('apps/kustomization.yaml', 'secretGenerator:\n  - name: g\n    envs: [web.env]\n'),
          file('apps/web.env', 'A=b\n'),
        ),
        says: /"where":"apps\/web\.env"/,
      },
      { given: 'only the name says sealed', change: file('apps/talos.sops.yaml', 'secrets: {}\n'), says: /its name says/ },
    ],
    unknown: [
      { given: 'a Secret stands in broken YAML', change: file('apps/a.yaml', 'kind: Secret\na: [\n'), says: /seems to hold a Secret/ },
    ],
    holds: [
      { given: 'its value is a variable of Flux', change: file('apps/a.yaml', secret('a', { url: VARIABLE }, false)) },
      { given: 'it is empty', change: file('apps/a.yaml', secret('a', { url: '' }, false)) },
      {
        given: 'it is a certificate',
        change: file('apps/a.yaml', secret('a', { 'ca.crt': 'x', 'identity.pub': 'x', known_hosts: 'x' }, false)),
      },
      {
        given: 'it is of another kind',
        change: file('apps/a.yaml', secret('a', { k: 'v' }, false).replace('kind: Secret', 'kind: SealedSecret')),
      },
      { given: 'it is a template', change: file('apps/a.yaml', `{{ if .x }}\n${secret('a', { k: 'v' }, false)}{{ end }}\n`) },
      {
        given: 'the rules themselves have such a name',
        change: (parts) => void parts.files.set('apps/.sops.yaml', parts.files.get('.sops.yaml') ?? ''),
      },
    ],
  },
  'sealed-values': {
    found: [
      {
        given: 'the expression says too little',
        change: (parts) => parts.seal('apps/db.sops.yaml', [[ALICE, BOB]], secret('db', { a: SEALED, b: 'hunter22' })),
        says: /:8".*stringData\.b in it is in clear/,
      },
    ],
    unknown: [
      { given: 'its YAML is broken', change: (parts) => parts.seal('apps/db.sops.yaml', [[ALICE, BOB]], 'a: [\n'), says: /not valid YAML/ },
    ],
    holds: [
      {
        given: 'the field is named so on purpose',
        change: (parts) =>
          parts.seal('apps/db.sops.yaml', [[ALICE, BOB]], secret('db', { a_unencrypted: 'x' }), {
            selection: { unencryptedSuffix: '_unencrypted' },
          }),
      },
    ],
  },
  'key-not-sealed-to-itself': {
    found: [
      {
        given: 'it was opened and holds its own key',
        change: both(
          (parts) => parts.seal('sops-age.sops.yaml', [[ALICE]]),
          (parts) => void parts.keysIn.set('sops-age.sops.yaml', [ALICE]),
        ),
        says: /"severity":"error".*sealed to it alone/,
      },
      {
        given: 'the cluster has the Secret of its name, with that key',
        change: (parts) =>
          parts.seal(
            'boot/key.sops.yaml',
            [[ALICE]],
            secret('sops-age', { 'age.agekey': SEALED }).replace('namespace: web', 'namespace: flux-system'),
          ),
        says: /"severity":"error"/,
      },
      {
        given: 'its name says that it holds a key, and nobody can open it',
        change: both(noCluster, (parts) => parts.seal('boot/key.sops.yaml', [[ALICE]], secret('sops-age', { 'age.agekey': SEALED }))),
        says: /"severity":"info".*can only be told with the key/,
      },
    ],
    unknown: 'what cannot be opened is told as such',
    holds: [
      {
        given: 'it is sealed to somebody else as well',
        change: both(
          (parts) => parts.seal('sops-age.sops.yaml', [[ALICE, BOB]]),
          (parts) => void parts.keysIn.set('sops-age.sops.yaml', [ALICE]),
        ),
      },
    ],
  },
}
