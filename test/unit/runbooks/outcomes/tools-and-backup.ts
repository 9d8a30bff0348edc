import type { KubeObject } from '../../../../src/ports/kube.ts'
import type { OutcomeTable } from './outcome.ts'
import { forbidden, type World } from './world.ts'

const decrypts = (world: World): void =>
  world.put('Kustomization', 'apps', { spec: { decryption: { provider: 'sops', secretRef: { name: 'sops-age' } } } })

const secret = (annotations: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'sops-age',
    namespace: 'flux-system',
    annotations,
    managedFields: [{ manager: 'kubectl', time: '2026-01-01T00:00:00Z', fieldsV1: { 'f:data': {} } }],
  },
})

const recorded = (at: string) => (world: World) => {
  decrypts(world)
  world.kube.put('secrets', secret({ 'flux-ops.dev/age-backup-at': at }))
}

export const outcomes: OutcomeTable = {
  'tools-present': {
    pass: { given: 'all tools fit', says: /flux 2\.9\.2, kubectl v1\.34\.4/ },
    fail: {
      given: 'flux is of another minor than the target',
      change: (world) => {
        world.exec = ({ tool }) => ({ stdout: tool === 'flux' ? 'flux: v2.6.4' : '"gitVersion": "v1.34.4"' })
      },
      says: /is 2\.6\.4/,
    },
    unknown: {
      given: 'the API server does not say its version, so that nothing can be compared with it',
      change: ({ kube }) => {
        kube.unreachable = forbidden('get the version')
      },
    },
  },
  'backup-recipients': {
    pass: { given: 'age seals to every recipient' },
    fail: {
      given: 'age does not take a recipient',
      change: (world) => {
        world.exec = () => ({ exitCode: 1, stderr: 'age: error: malformed recipient\n' })
      },
      says: /malformed recipient/,
    },
    unknown: {
      given: 'age cannot be started',
      change: (world) => {
        world.exec = () => {
          throw new Error('spawn age ENOENT')
        }
      },
      says: /ENOENT/,
    },
  },
  'secrets-backed-up': {
    pass: { given: 'there is a recipient', says: /1 recipient/ },
    fail: {
      given: 'there is nobody to seal to',
      change: (world) => {
        world.input = { ...world.input, backupRecipients: [] }
      },
    },
    unknown: { never: 'it is answered by what was typed' },
  },
  'age-key-backed-up': {
    pass: { given: 'the record is newer than the key', change: recorded('2026-06-01T00:00:00Z'), says: /1 Secret/ },
    fail: { given: 'the key was changed after the backup', change: recorded('2025-06-01T00:00:00Z'), says: /changed after the backup/ },
    unknown: {
      given: 'Secrets may not be read',
      change: (world) => {
        decrypts(world)
        world.kube.broken.set('secrets', forbidden('get secrets'))
      },
      says: /may not get secrets/,
    },
  },
}
