// What `flux bootstrap` of a forge is given.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { fluxBootstrap } from '../../../../runbooks/bootstrap/forge/flags.ts'
import { readClusterFile } from '../../../../src/cluster-file/read.ts'

const examples = fileURLToPath(new URL('../../../../examples/', import.meta.url))
const flagsOf = (name: string): string[] =>
  fluxBootstrap(readClusterFile(readFileSync(`${examples}${name}.yaml`), `${name}.yaml`), 600_000).slice(0, -1)

test('a deploy key of GitHub that may push, with a team and image controllers', () => {
  expect(flagsOf('github')).toEqual([
    'bootstrap',
    'github',
    '--owner=acme',
    '--repository=fleet',
    '--team=platform:maintain',
    '--read-write-key',
    '--branch=main',
    '--path=clusters/prod-eu',
    '--interval=1m',
    '--secret-name=flux-system',
    '--ssh-key-algorithm=ed25519',
    '--author-name=Flux',
    '--version=v2.9.4',
    '--namespace=flux-system',
    '--components=source-controller,kustomize-controller,helm-controller,notification-controller',
    '--components-extra=image-reflector-controller,image-automation-controller',
  ])
})

test('a token of GitLab is in no flag, and the visibility is that of the file', () => {
  const flags = flagsOf('gitlab')

  expect(flags).toContain('--token-auth')
  expect(flags).toContain('--visibility=internal')
  expect(flags).toContain('--hostname=gitlab.example.com')
  expect(flags.join(' ')).not.toContain('gitlab-token')
})

test('a user of Gitea, and a key of an elliptic curve', () => {
  const flags = flagsOf('gitea')

  expect(flags).toContain('--personal')
  expect(flags).toContain('--ssh-key-algorithm=ecdsa')
  expect(flags).toContain('--ssh-ecdsa-curve=p384')
  expect(flags).not.toContain('--private=false')
})
