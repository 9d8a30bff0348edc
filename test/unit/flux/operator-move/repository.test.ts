import { describe, expect, it } from 'vitest'
import { bootstrapChanges, editKustomization, pinChanges, withoutObjects } from '../../../../src/flux/operator-move/repository.ts'

const FRESH = { operator: 'operator\n', instance: 'instance\n' }
const always = (): boolean => true

const BOOTSTRAP = `# ours
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - gotk-components.yaml
  - gotk-sync.yaml # the sync
patches:
  - patch: |
      - op: test
    target: { kind: Deployment }
`

const changed = (changes: readonly { path: string; text: string | null }[]): Record<string, string | null> =>
  Object.fromEntries(changes.map(({ path, text }) => [path, text]))

describe('the folder of flux bootstrap', () => {
  const at = { components: 'c/flux-system/gotk-components.yaml', sync: 'c/flux-system/gotk-sync.yaml' }

  it('loses its two files and what was patched into them, and gets the operator and the FluxInstance', () => {
    const files = [{ path: 'c/flux-system/kustomization.yaml', text: BOOTSTRAP }]

    expect(changed(bootstrapChanges(files, at, FRESH, always))).toEqual({
      'c/flux-system/gotk-components.yaml': null,
      'c/flux-system/gotk-sync.yaml': null,
      'c/flux-system/kustomization.yaml':
        '# ours\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - flux-operator.yaml\n  - flux-instance.yaml\n',
      'c/flux-system/flux-operator.yaml': 'operator\n',
      'c/flux-system/flux-instance.yaml': 'instance\n',
    })
  })

  it('without a kustomization file is applied with all that is in it: none is made', () => {
    expect(Object.keys(changed(bootstrapChanges([], at, FRESH, always)))).not.toContain('c/flux-system/kustomization.yaml')
  })

  it('keeps what else it lists, and the patches that are for that', () => {
    const text = BOOTSTRAP.replace('  - gotk-sync', '  - alerts.yaml\n  - gotk-sync').replace(
      'target: { kind: Deployment }',
      'target: { kind: Deployment }\n  - patch: other\n    target: { kind: Alert }',
    )
    const leaving = {
      resource: (entry: string) => entry.startsWith('gotk-'),
      patch: (entry: unknown) => (entry as { target: { kind: string } }).target.kind === 'Deployment',
    }

    const { text: edited, others } = editKustomization(text, leaving, ['flux-instance.yaml'])

    expect(others).toEqual(['alerts.yaml'])
    expect(edited).toContain('- flux-instance.yaml\n  - alerts.yaml\n')
    expect(edited).toContain('patch: other')
    expect(edited).not.toContain('op: test')
  })

  it('lists nothing twice', () => {
    const { text } = editKustomization(
      'resources:\n  - ./flux-instance.yaml\n  - gotk-sync.yaml\n',
      { resource: (entry) => entry === 'gotk-sync.yaml', patch: always },
      ['flux-instance.yaml'],
    )

    expect(text).toBe('resources:\n  - ./flux-instance.yaml\n')
  })
})

describe('the files of a pin', () => {
  const FLUX = `---
# from the registry
kind: OCIRepository
metadata:
  name: flux-manifests
---
kind: Kustomization
metadata:
  name: flux
---
kind: ConfigMap
metadata:
  name: more
`
  const leaving = [
    { kind: 'OCIRepository', name: 'flux-manifests' },
    { kind: 'Kustomization', name: 'flux' },
  ]

  it('lose the objects by which Flux applied itself, and keep every other', () => {
    expect(withoutObjects(FLUX, leaving)).toBe('---\nkind: ConfigMap\nmetadata:\n  name: more\n')
    expect(withoutObjects(FLUX, [...leaving, { kind: 'ConfigMap', name: 'more' }])).toBeNull()
    expect(withoutObjects('kind: Kustomization\nmetadata:\n  name: flux-2\n', leaving)).not.toBeNull()
  })

  it('go where nothing is left in them, and so does the kustomization file that only named Flux by its address', () => {
    const files = [
      { path: 'flux/config/flux.yaml', text: FLUX.split('---\nkind: ConfigMap')[0] ?? '' },
      { path: 'flux/config/kustomization.yaml', text: 'resources:\n  - ./flux.yaml\n  - ./cluster.yaml\n' },
      { path: 'bootstrap/kustomization.yaml', text: 'resources:\n  - github.com/fluxcd/flux2/manifests/install?ref=v2.7.3\npatches: []\n' },
    ]
    const places = { files: ['flux/config/flux.yaml'], source: 'flux-manifests', kustomization: 'flux', bases: ['bootstrap'] }

    expect(changed(pinChanges(files, places, FRESH, always))).toEqual({
      'flux/config/flux.yaml': null,
      'flux/config/kustomization.yaml': 'resources:\n  - flux-operator.yaml\n  - flux-instance.yaml\n  - ./cluster.yaml\n',
      'bootstrap/kustomization.yaml': null,
      'flux/config/flux-operator.yaml': 'operator\n',
      'flux/config/flux-instance.yaml': 'instance\n',
    })
  })
})
