import { expect, it } from 'vitest'
import { keySecrets } from '../../../src/flux/age-backup.ts'
import { deployment, flux } from './objects.ts'

const controller = (...args: string[]) => {
  const object = deployment('kustomize-controller', 'v1.9.3')
  object.spec.template.spec.containers[0].args = args
  return object
}

it.each([[['--sops-age-secret=keys']], [['--log-level=info', '--sops-age-secret', 'keys']]])(
  'finds the Secret that kustomize-controller takes where a Kustomization names none: %s',
  (args) => {
    const apps = flux('Kustomization', 'apps', { spec: { decryption: { provider: 'sops' } } })

    expect(keySecrets([apps], [controller(...args)])).toEqual([{ id: 'flux-system/keys', usedBy: ['Kustomization flux-system/apps'] }])
  },
)
