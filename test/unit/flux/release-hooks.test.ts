import { describe, expect, it } from 'vitest'
import { broughtTwice } from '../../../src/flux/release-hooks.ts'

const object = (kind: string, name: string, more = ''): string =>
  `# Source: web/templates/${kind}.yaml\napiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${more}`
const manifest = (...objects: string[]): string => objects.map((each) => `---\n${each}`).join('')

describe('what a chart brings twice', () => {
  it('is what a hook and a template have under one id', () => {
    const templates = manifest(object('ServiceAccount', 'web'), object('ConfigMap', 'web'))

    expect(broughtTwice({ manifest: templates, hooks: [object('ServiceAccount', 'web'), object('Job', 'web')] })).toEqual([
      'ServiceAccount web',
    ])
  })

  it('is what two hooks have', () => {
    const hooks = [object('Job', 'check'), object('Job', 'check')]

    expect(broughtTwice({ manifest: '', hooks })).toEqual(['Job check'])
  })

  it('counts no namespace as default, as kustomize does, and others as they are', () => {
    const hooks = [object('ServiceAccount', 'web', '  namespace: default\n'), object('ConfigMap', 'web', '  namespace: apps\n')]

    expect(broughtTwice({ manifest: manifest(object('ServiceAccount', 'web'), object('ConfigMap', 'web')), hooks })).toEqual([
      'ServiceAccount web',
    ])
  })

  it('is nothing where the templates alone repeat a name, or cannot be read', () => {
    expect(broughtTwice({ manifest: manifest(object('ConfigMap', 'web'), object('ConfigMap', 'web')), hooks: [] })).toEqual([])
    expect(broughtTwice({ manifest: '---\nweb: [\n---\n\n', hooks: [object('Job', 'web'), 'just text', ''] })).toEqual([])
  })
})
