// Kustomizations that cannot be built from what was fetched.
import { configMap, kustomization, type Scenario } from '../scenario.ts'
import { failing } from './failing.ts'

/** With stringData in place of data the controllers apply it as it is, and say that it is ready. */
const SEALED = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: sealed\ndata:\n  a: Yg==\n'

const FILES = { 'a.yaml': configMap('a') }

/** Nobody has the key: what was sealed is given up. */
const CLEAR = { 'secret.yaml': configMap('clear') }

export const builds: readonly Scenario[] = [
  failing('path-missing', 'path gone', 'path-missing', /path not found/, {
    files: FILES,
    spec: () => ({ path: './no/such/folder' }),
    mended: (place) => ({ objects: [kustomization(place, 'app')] }),
  }),
  failing('build-failed', 'build error', 'build-failed', /no such file|accumulat/i, {
    files: { 'kustomization.yaml': 'resources: [not-there.yaml]\n' },
    mended: () => ({ files: { ...FILES, 'kustomization.yaml': 'resources: [a.yaml]\n' } }),
  }),
  failing('decryption-missing', 'missing decryption', 'decryption-missing', /SOPS/i, {
    sealed: { 'secret.yaml': SEALED },
    mended: () => ({ files: CLEAR }),
  }),
  failing('decryption-key', 'wrong key', 'decryption-key', /no identity matched|data key/i, {
    sealed: { 'secret.yaml': SEALED },
    spec: ({ otherKey }) => ({ decryption: { provider: 'sops', secretRef: { name: otherKey } } }),
    mended: () => ({ files: CLEAR }),
  }),
  failing(
    'decryption-secret-missing',
    'decryption with a Secret that is not there',
    'decryption-secret-missing',
    /secrets "not-there" not found/,
    {
      sealed: { 'secret.yaml': SEALED },
      spec: () => ({ decryption: { provider: 'sops', secretRef: { name: 'not-there' } } }),
      mended: (place) => ({ files: CLEAR, objects: [kustomization(place, 'app')] }),
    },
  ),
  failing('variable-unset', 'unset variable under strict substitution', 'variable-unset', /"not_set"/, {
    on: ['2.9.2'],
    files: { 'a.yaml': configMap('a', { data: { a: '$' + '{not_set}' } }) },
    spec: () => ({ postBuild: { substitute: { another: 'b' } } }),
    mended: (place) => ({ objects: [kustomization(place, 'app', { postBuild: { substitute: { not_set: 'b' } } })] }),
  }),
  failing('variables-missing', 'variables from a ConfigMap that is not there', 'variables-missing', /ConfigMap\/not-there/, {
    files: { 'a.yaml': configMap('a') },
    spec: () => ({ postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'not-there' }] } }),
    mended: ({ namespace }) => ({
      objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'not-there', namespace }, data: { b: 'c' } }],
    }),
  }),
  failing('substitution', 'variable that cannot be read', 'substitution', /substitution failed/, {
    files: { 'a.yaml': configMap('a', { data: { a: '$' + '{not closed' } }) },
    spec: () => ({ postBuild: { substitute: { another: 'b' } } }),
    mended: () => ({ files: FILES }),
  }),
]
