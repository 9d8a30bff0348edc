// What of Flux has to be in a backup, and what git brings back.
import { describe, expect, test } from 'vitest'
import { needsOf } from '../../../../src/diagnosis/needs.ts'
import { broughtBy } from '../../../../src/flux/installation/brought.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'

const NS = 'flux-system'

const byKustomization = (name: string): Record<string, string> => ({
  'kustomize.toolkit.fluxcd.io/name': name,
  'kustomize.toolkit.fluxcd.io/namespace': NS,
})

const object = (
  kind: string,
  name: string,
  more: Partial<KubeObject> & { by?: string; labels?: Record<string, string> } = {},
): KubeObject => {
  const { by, labels, ...rest } = more
  const group =
    kind === 'Kustomization'
      ? 'kustomize.toolkit.fluxcd.io'
      : kind === 'HelmRelease'
        ? 'helm.toolkit.fluxcd.io'
        : 'source.toolkit.fluxcd.io'
  return {
    apiVersion: `${group}/v1`,
    kind,
    metadata: { name, namespace: NS, labels: { ...(by === undefined ? {} : byKustomization(by)), ...labels } },
    ...rest,
    status: { ...READY, ...rest.status },
  }
}

const inventory = (...ids: string[]) => ({ inventory: { entries: ids.map((id) => ({ id, v: 'v1' })) } })

const READY = { conditions: [{ type: 'Ready', status: 'True', reason: 'Succeeded', message: '' }] }

const of = (...objects: KubeObject[]) => Object.fromEntries(broughtBy(objects, needsOf).reasons)

const from = (name: string) => ({ spec: { sourceRef: { kind: 'GitRepository', name } } })

describe('what a backup brings', () => {
  test('is a Kustomization that applies itself with its source, and not what it applies', () => {
    const found = of(
      object('GitRepository', 'flux-system', { by: 'flux-system' }),
      object('Kustomization', 'flux-system', { by: 'flux-system', ...from('flux-system') }),
      object('Kustomization', 'apps', { by: 'flux-system', ...from('flux-system') }),
    )

    expect(found).toEqual({ [`GitRepository ${NS}/flux-system`]: 'needed', [`Kustomization ${NS}/flux-system`]: 'root' })
  })

  test('is what a root waits for, though the root applies it', () => {
    const found = of(
      object('Kustomization', 'cluster', { by: 'cluster', spec: { dependsOn: [{ name: 'vars' }] } }),
      object('GitRepository', 'vars', { by: 'cluster' }),
      object('Kustomization', 'vars', { by: 'cluster', ...from('vars') }),
    )

    expect(found).toEqual({
      [`GitRepository ${NS}/vars`]: 'needed',
      [`Kustomization ${NS}/vars`]: 'needed',
      [`Kustomization ${NS}/cluster`]: 'root',
    })
  })

  test('is a circle of two that apply each other', () => {
    const found = of(
      object('Kustomization', 'one', { by: 'two' }),
      object('Kustomization', 'two', { by: 'one' }),
      object('Kustomization', 'below', { by: 'two' }),
    )

    expect(found).toEqual({ [`Kustomization ${NS}/one`]: 'root', [`Kustomization ${NS}/two`]: 'root' })
  })

  test('is what was made by hand, and what an applier that is gone had made', () => {
    const found = of(object('HelmRelease', 'by-hand'), object('HelmRelease', 'left', { by: 'gone' }))

    expect(found).toEqual({ [`HelmRelease ${NS}/by-hand`]: 'root', [`HelmRelease ${NS}/left`]: 'root' })
  })

  test('is what is suspended, and what that has applied, of Flux and else', () => {
    const objects = [
      object('Kustomization', 'flux-system', { by: 'flux-system' }),
      object('Kustomization', 'apps', {
        by: 'flux-system',
        spec: { suspend: true },
        status: inventory(`${NS}_shop_helm.toolkit.fluxcd.io_HelmRelease`, 'shop_settings__ConfigMap'),
      }),
      object('HelmRelease', 'shop', { by: 'apps' }),
    ]

    const found = broughtBy(objects, needsOf)

    expect(Object.fromEntries(found.reasons)).toMatchObject({
      [`Kustomization ${NS}/apps`]: 'suspended',
      [`HelmRelease ${NS}/shop`]: 'frozen',
    })
    expect(found.applied).toMatchObject([{ kind: 'ConfigMap', namespace: 'shop', name: 'settings' }])
  })

  test('is what waits for a source that is suspended', () => {
    const found = of(
      object('Kustomization', 'flux-system', { by: 'flux-system' }),
      object('GitRepository', 'asleep', { by: 'flux-system', spec: { suspend: true } }),
      object('Kustomization', 'of-it', { by: 'flux-system', ...from('asleep') }),
    )

    expect(found).toMatchObject({ [`GitRepository ${NS}/asleep`]: 'suspended', [`Kustomization ${NS}/of-it`]: 'waits' })
  })

  test('is what depends on something that is suspended, or is not Ready by itself', () => {
    const root = object('Kustomization', 'flux-system', { by: 'flux-system' })
    const found = of(
      root,
      object('Kustomization', 'asleep', { by: 'flux-system', spec: { suspend: true } }),
      object('Kustomization', 'after', { by: 'flux-system', spec: { dependsOn: [{ name: 'asleep' }] } }),
      object('Kustomization', 'after-that', { by: 'flux-system', spec: { dependsOn: [{ name: 'after' }] } }),
      object('Kustomization', 'broken', {
        by: 'flux-system',
        status: { conditions: [{ type: 'Ready', status: 'False', reason: 'BuildFailed' }] },
      }),
      object('Kustomization', 'well', { by: 'flux-system' }),
    )

    expect(found).toEqual({
      [`Kustomization ${NS}/flux-system`]: 'root',
      [`Kustomization ${NS}/asleep`]: 'suspended',
      [`Kustomization ${NS}/after`]: 'waits',
      [`Kustomization ${NS}/after-that`]: 'waits',
      [`Kustomization ${NS}/broken`]: 'waits',
    })
  })

  test('is the chart of a suspended release, and of no other', () => {
    const chart = (name: string): KubeObject =>
      object('HelmChart', name, { labels: { 'helm.toolkit.fluxcd.io/name': name, 'helm.toolkit.fluxcd.io/namespace': NS } })
    const found = of(
      object('HelmRelease', 'held', { spec: { suspend: true } }),
      chart('held'),
      object('HelmRelease', 'free'),
      chart('free'),
    )

    expect(found).toEqual({
      [`HelmRelease ${NS}/held`]: 'suspended',
      [`HelmChart ${NS}/held`]: 'frozen',
      [`HelmRelease ${NS}/free`]: 'root',
    })
  })

  test('is not what is being deleted, and not what another controller makes', () => {
    const metadata = { name: 'going', namespace: NS, deletionTimestamp: '2026-01-01T00:00:00Z' }
    const owned = { name: 'owned', namespace: NS, ownerReferences: [{ kind: 'Tenant', name: 't', uid: 'u', controller: true }] }

    expect(of({ ...object('HelmRelease', 'going'), metadata }, { ...object('HelmRelease', 'owned'), metadata: owned })).toEqual({})
  })
})
