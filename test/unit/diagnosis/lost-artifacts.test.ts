// What is said of an artifact that is gone from the storage of source-controller, word for word as in kustomize-controller 1.7.2 and helm-controller 1.4.3.
import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { AT, diagnosed, not, object } from './objects.ts'

const BEFORE = '2026-11-22T02:40:00Z'
const AFTER = '2026-11-22T02:55:00Z'

const source = (stored: string): KubeObject =>
  object('GitRepository', 'a/src', {}, { artifact: { lastUpdateTime: stored, revision: 'main@sha1:1' } })

const asking = not(
  object('Kustomization', 'a/app', { sourceRef: { kind: 'GitRepository', name: 'src' } }),
  'ArtifactFailed',
  'Source is not ready, artifact not found, retrying in 30s',
)

const release = not(
  object('HelmRelease', 'a/app', { chart: { spec: { sourceRef: { kind: 'GitRepository', name: 'src' } } } }),
  'ArtifactFailed',
  'Source not ready: artifact not found. Retrying in 30s',
)

const chart = object(
  'HelmChart',
  'a/a-app',
  { sourceRef: { kind: 'GitRepository', name: 'src' } },
  { artifact: { lastUpdateTime: BEFORE } },
)

describe('an artifact that is promised and not there', () => {
  test('is told at the source, with who asks for it and a fix that is safe', () => {
    const { causes } = diagnosed([source(BEFORE), asking])

    expect(causes).toMatchObject([{ object: 'GitRepository a/src', state: 'artifact-lost', blocks: ['Kustomization a/app'] }])
    expect(causes[0]?.fixes).toContainEqual(expect.objectContaining({ rank: 'safe', commands: ['flux reconcile source git src -n a'] }))
    expect(causes[0]?.evidence[0]).toMatchObject({ what: 'Kustomization a/app, ArtifactFailed', at: AT })
  })

  test('is told at the chart of a release', () => {
    expect(diagnosed([chart, release]).causes).toMatchObject([
      { object: 'HelmChart a/a-app', state: 'artifact-lost', blocks: ['HelmRelease a/app'] },
    ])
  })

  test('is told at the source where a chart cannot be made of it', () => {
    const without = not(chart, 'NoSourceArtifact', `no artifact available for GitRepository source 'src'`)

    expect(diagnosed([source(BEFORE), without]).causes).toMatchObject([
      { object: 'GitRepository a/src', state: 'artifact-lost', blocks: ['HelmChart a/a-app'] },
    ])
  })

  test('is no matter any more once it was stored anew: it is asked for again by itself', () => {
    expect(diagnosed([source(AFTER), asking])).toMatchObject({ causes: [], moving: [{ object: 'Kustomization a/app' }] })
  })

  test('is nothing that is said of a source that is not ready itself', () => {
    const failed = not(source(BEFORE), 'GitOperationFailed', 'connection refused')

    expect(diagnosed([failed, asking]).causes).toMatchObject([{ object: 'GitRepository a/src', state: 'git-unreachable' }])
  })
})
