// A key that is given is one that this Flux can decrypt with, and the one that the file names.
import { expect, test } from 'vitest'
import { ageKeyAgrees } from '../../../../runbooks/bootstrap/checks/keys.ts'
import type { BootstrapInput } from '../../../../runbooks/bootstrap/input.ts'
import { readClusterFile } from '../../../../src/cluster-file/read.ts'
import type { CheckResult } from '../../../../src/engine/model.ts'
import { generateKey, keyFileOf } from '../../../../src/sops/keys/generate.ts'
import { fakeContext } from '../../actions/fakes.ts'

const AT = '2026-11-22T00:00:00Z'
const [classic, hybrid] = await Promise.all([generateKey('x25519'), generateKey('hybrid')])
const CLASSIC = keyFileOf(classic, AT).reveal()
const HYBRID = keyFileOf(hybrid, AT).reveal()
const PLUGIN = 'AGE-PLUGIN-YUBIKEY-1QQRSU9GUYV4RZWPLGEX4GKMZD9C8WL598A8A70'

const probe = (text: string, version: string, recipient?: string): Promise<CheckResult> => {
  const file = readClusterFile(
    `apiVersion: flux-ops.dev/v1
kind: Cluster
metadata: {name: prod}
cluster: {context: test}
flux: {version: ${version}, style: git}
git: {url: "https://git.example.com/a/b.git", path: clusters/prod, auth: {token: {env: T}}}
sops: {key: {file: /key.txt${recipient === undefined ? '' : `, recipient: ${recipient}`}}}
`,
    'cluster.yaml',
  )
  const input: BootstrapInput = {
    file,
    repo: '/repo',
    remote: 'origin',
    named: false,
    access: null,
    forFlux: null,
    forge: null,
    knownHosts: [],
    tool: '0.1.0',
  }
  return ageKeyAgrees.probe(fakeContext({ files: new Map([['/key.txt', text]]) }), input)
}

test.each<[string, string, string, string | undefined, RegExp | 'pass']>([
  ['a key that is fit', CLASSIC, '2.8.8', classic.recipient, 'pass'],
  ['a post-quantum key with Flux 2.9', HYBRID, '2.9.2', undefined, 'pass'],
  ['a post-quantum key with an older Flux', HYBRID, '2.8.8', undefined, /post-quantum key, and Flux 2\.8\.8 reads none/],
  ['a file that has a key of a plugin as well', `${CLASSIC}${PLUGIN}\n`, '2.9.2', undefined, /a key of a plugin of age/],
  ['another key than the file names', CLASSIC, '2.9.2', hybrid.recipient, /has the key of age1pq/],
])('%s', async (_what, text, version, recipient, expected) => {
  const result = await probe(text, version, recipient)

  if (expected === 'pass') expect(result).toMatchObject({ status: 'pass' })
  else expect(result).toMatchObject({ status: 'fail', detail: expect.stringMatching(expected) })
})
