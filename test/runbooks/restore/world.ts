// A small installation that has one of everything that a backup has to know of: made by git, sealed, made by hand, suspended with what it had applied.
import { expect } from 'vitest'
import type { RestoreDesk } from './desk.ts'

const kustomization = (name: string, more = ''): string => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps/${name}
  prune: true
  wait: true
  targetNamespace: default
  sourceRef:
    kind: GitRepository
    name: flux-system
  decryption:
    provider: sops
    secretRef:
      name: sops-age
${more}---
`

const configMap = (name: string, value: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  value: ${value}
---
`

/** Kubernetes makes it with its namespace, and git adds to it. */
const ACCOUNT = `apiVersion: v1
kind: ServiceAccount
metadata:
  name: default
imagePullSecrets:
  - name: registry
---
`

const BY_HAND = `apiVersion: v1
kind: Secret
metadata:
  name: by-hand
  namespace: flux-system
stringData:
  LEVEL: high
---
`

/** Substituted by Flux from the Secret. */
const LEVEL = ['$', '{LEVEL}'].join('')

export async function fill(desk: RestoreDesk): Promise<void> {
  const sops = { key: { generate: 'x25519' }, backup: { recipients: [desk.recipient], out: await desk.boot.folder() } }
  const built = await desk.boot.bootstrap(await desk.boot.file({ sops }))
  expect(built, built.stdout).toMatchObject({ code: 0 })
  const awake = {
    'apps/awake/map.yaml': configMap('awake', 'one'),
    'apps/awake/secret.sops.yaml': await desk.sealed('sealed', 'default', 'two'),
  }
  const asleep = { 'apps/asleep/map.yaml': ACCOUNT + configMap('asleep', 'as it was'), 'apps/waits/map.yaml': configMap('waits', LEVEL) }
  const after = '  dependsOn:\n    - name: asleep\n'
  await desk.boot.push({ ...awake, ...asleep, 'clusters/prod/apps.yaml': kustomization('awake', after) + kustomization('asleep') })
  await desk.fetch()
  await desk.settled(4)
  await desk.apply(BY_HAND + kustomization('waits', '  postBuild:\n    substituteFrom:\n      - kind: Secret\n        name: by-hand\n'))
  await desk.settled(5)
  const said = await desk.boot.start(['suspend', 'ks/asleep', '--reason', 'disks are moved', '--yes'])
  expect(said, said.stdout).toMatchObject({ code: 0 })
  // What is suspended stays as it was, whatever git says by now.
  await desk.boot.push({ 'apps/asleep/map.yaml': ACCOUNT + configMap('asleep', 'newer') })
  await desk.fetch()
  await desk.settled(5, /^awake$/)
}
