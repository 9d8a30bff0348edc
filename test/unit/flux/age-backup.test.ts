import { expect, it } from 'vitest'
import { fallbackUnknown, keySecrets } from '../../../src/flux/age-backup.ts'
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

it('does not know the Secret of a Kustomization that names none where kustomize-controller was not found', () => {
  const apps = flux('Kustomization', 'apps', { spec: { decryption: { provider: 'sops' } } })
  const named = flux('Kustomization', 'shop', { spec: { decryption: { provider: 'sops', secretRef: { name: 'keys' } } } })

  expect(fallbackUnknown([named, apps], [])).toContain('Kustomization flux-system/apps')
  expect(fallbackUnknown([apps], [controller()])).toBeUndefined()
  expect(fallbackUnknown([named], [])).toBeUndefined()
})
