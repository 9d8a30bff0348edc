// The plan of a rotation, for tests that look at one part of it.
import type { RotateView } from '../../../../runbooks/age-rotate/plan-facts.ts'
import type { RotatePlan } from '../../../../runbooks/age-rotate/plan-schema.ts'
import { generateKey } from '../../../../src/sops/keys/generate.ts'

export const [oldKey, nextKey, otherKey] = [await generateKey('x25519'), await generateKey('x25519'), await generateKey('x25519')]

export const RUN = '20261122-031200-age-rotate-0a1b2c'

export const aPlan = (more: Partial<RotatePlan> = {}): RotatePlan => ({
  clusterUid: 'uid-1',
  context: 'admin@prod-eu',
  namespace: 'flux-system',
  repo: {
    root: '/clone',
    head: 'a'.repeat(40),
    remote: 'origin',
    branch: 'main',
    url: 'https://git.example/home.git',
    source: 'flux-system/home',
  },
  sources: ['flux-system/home'],
  old: oldKey.recipient,
  kind: 'x25519',
  secrets: ['flux-system/sops-age'],
  kustomizations: ['flux-system/apps', 'flux-system/infra'],
  notReady: [],
  files: ['apps/db.sops.yaml', 'apps/web.sops.yaml'],
  bySops: [],
  keyFiles: [],
  rules: ['.sops.yaml'],
  values: [],
  seal: { how: 'recipients', to: [otherKey.recipient], identities: [] },
  out: '/media/usb',
  sheet: false,
  tool: '1.2.3',
  compromised: false,
  keepOldUntil: null,
  timeoutMs: 600_000,
  madeAt: '2026-11-22T03:12:00.000Z',
  ...more,
})

export const aView = (
  plan: Partial<RotatePlan> = {},
  facts: RotateView['facts'] = { 'add-key': { recipient: nextKey.recipient } },
): RotateView => ({
  plan: aPlan(plan),
  facts,
  runId: RUN,
})
