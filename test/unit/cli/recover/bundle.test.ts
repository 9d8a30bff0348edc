import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packArchive } from '../../../../src/adapters/archive.ts'
import { bundleFiles } from '../../../../src/cli/recover/bundle-files.ts'
import { redactDiagnosis } from '../../../../src/diagnosis/bundle/redact.ts'
import { createScrub } from '../../../../src/diagnosis/bundle/scrub-text.ts'
import { diagnose } from '../../../../src/diagnosis/diagnose.ts'
import { OpsError } from '../../../../src/errors.ts'
import { controller } from '../../actions/snapshot-desk.ts'
import { troubled } from '../../diagnosis/hostile.ts'
import { AT, not, object, snapshotOf } from '../../diagnosis/objects.ts'
import { storm } from '../../diagnosis/storm.ts'
import { BundleFolder, filesOf, live, take } from './bundle-desk.ts'

let folder: BundleFolder
beforeAll(async () => {
  folder = await BundleFolder.open()
})
afterAll(() => folder.remove())

const broken = snapshotOf([not(object('Kustomization', 'flux-system/apps'), 'BuildFailed', 'kustomize build failed')], {
  deployments: [controller()],
})

const refusal = (): Promise<string> =>
  folder.diagnosis().then(
    () => 'taken',
    (error: unknown) => (error instanceof OpsError && error.exit === 'usage' ? error.code : `${error}`),
  )

describe('a diagnosis from a bundle', () => {
  test.each([1, 2])('is that of the cluster, in storm %i of 2,000 objects', async (seed) => {
    const { snapshot } = storm(seed, { objects: 2000, causes: 3 })
    const taken = await take(snapshot)
    await folder.packed(taken)

    const found = await folder.diagnosis()

    expect(found).toEqual(redactDiagnosis(diagnose(await live(snapshot)), createScrub()))
    expect(found.causes).toHaveLength(3)
    expect(taken.same).toBe(true)
  })

  test('is that of the cluster where everything is in trouble', async () => {
    const snapshot = troubled('dependency not found: https://user:hunter2@a.example, password=hunter2')
    await folder.packed(await take(snapshot))

    expect(await folder.diagnosis()).toEqual(redactDiagnosis(diagnose(await live(snapshot)), createScrub()))
  })

  test('is the one that lies in it', async () => {
    const taken = await take(broken)
    await folder.packed(taken)

    const found = await folder.diagnosis()

    expect(JSON.parse((await filesOf(taken))['diagnosis.json'] ?? '')).toEqual(found)
    expect((await filesOf(taken))['diagnosis.txt']).toContain('prod-eu: 1 of 1 object not ready. 1 cause.')
  })

  test('tells what could not be seen', async () => {
    const taken = await take({ ...broken, deployments: [] })
    await folder.packed(taken)

    expect((await folder.diagnosis()).unseen).toMatchObject([{ what: 'the controllers' }])
  })
})

const FILES = ['README.txt', 'diagnosis.json', 'diagnosis.txt', 'manifest.json', 'snapshot.json', 'versions.json']

test('a bundle has these files, and the sum of each but the first', async () => {
  const files = await filesOf(await take(broken))
  const manifest = JSON.parse(files['manifest.json'] ?? '')

  expect(Object.keys(files)[0]).toBe('manifest.json')
  expect(Object.keys(files).sort()).toEqual(FILES)
  expect(manifest).toMatchObject({ format: 'flux-ops-bundle/1', fluxOps: '0.0.0', takenAt: new Date(AT).toISOString(), unseen: [] })
  for (const { name, sha256, bytes } of manifest.files) {
    expect(
      createHash('sha256')
        .update(files[name] ?? '')
        .digest('hex'),
    ).toBe(sha256)
    expect(Buffer.byteLength(files[name] ?? '')).toBe(bytes)
  }
  expect(manifest.files.map(({ name }: { name: string }) => name).sort()).toEqual(FILES.filter((name) => name !== 'manifest.json'))
})

describe('a bundle that somebody else has made, or changed', () => {
  /** The bundle, its files changed before their sums are made, or after. */
  const repacked = async (change: (files: Record<string, string>) => void): Promise<void> => {
    const files = await filesOf(await take(broken))
    change(files)
    const pieces = Object.entries(files).map(([name, text]) => ({ name, pieces: [Buffer.from(text)] }))
    await folder.write(await packArchive(pieces, new Date(AT)))
  }
  const resummed = (files: Record<string, string>, name: string, text: string): void => {
    const manifest = JSON.parse(files['manifest.json'] ?? '')
    const sha256 = createHash('sha256').update(text).digest('hex')
    files[name] = text
    manifest.files = [...manifest.files.filter((one: { name: string }) => one.name !== name), { name, bytes: text.length, sha256 }]
    files['manifest.json'] = JSON.stringify(manifest)
  }

  test('is refused where a file is not as it was', async () => {
    await repacked((files) => {
      files['snapshot.json'] = (files['snapshot.json'] ?? '').replace('BuildFailed', 'Succeeded')
    })

    expect(await refusal()).toBe('bundle-damaged')
  })

  test('is refused where a file is missing', async () => {
    await repacked((files) => delete files['snapshot.json'])

    expect(await refusal()).toBe('bundle-damaged')
  })

  test('is refused where a file is too many', async () => {
    await repacked((files) => {
      files['more.json'] = '{}'
    })

    expect(await refusal()).toBe('bundle-damaged')
  })

  test('is refused where it is of a newer format, and says so', async () => {
    await repacked((files) => {
      files['manifest.json'] = JSON.stringify({ format: 'flux-ops-bundle/2', all: 'else' })
    })

    expect(await refusal()).toBe('bundle-format-unknown')
  })

  test.each([
    ['a list', '[]'],
    ['null', 'null'],
    ['another format', '{"format":"flux-ops-keys/1"}'],
  ])('is no bundle where its manifest is %s', async (_title, text) => {
    await repacked((files) => {
      files['manifest.json'] = text
    })

    expect(await refusal()).toBe('bundle-unreadable')
  })

  test('is no bundle without a manifest', async () => {
    await repacked((files) => delete files['manifest.json'])

    expect(await refusal()).toBe('bundle-unreadable')
  })

  test.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['no time', '{"takenAt":"soon","objects":[],"deployments":[],"pods":[],"events":[],"namespaces":[]}'],
    ['no lists', '{"takenAt":"2026-11-22T02:51:00Z"}'],
    ['no UTF-8', '\ud800'],
  ])('is refused where its snapshot is %s', async (_title, text) => {
    await repacked((files) => resummed(files, 'snapshot.json', text))

    expect(await refusal()).toBe('bundle-damaged')
  })

  test('is diagnosed as far as it goes where its objects are anything', async () => {
    const garbage = [
      null,
      7,
      'text',
      [],
      {},
      { metadata: null },
      { kind: 7, metadata: { name: {} } },
      { kind: 'Kustomization', metadata: { labels: 7 }, spec: [] },
    ]
    const lists = Object.fromEntries(['objects', 'deployments', 'pods', 'events', 'namespaces', 'unseen'].map((list) => [list, garbage]))
    await repacked((files) => resummed(files, 'snapshot.json', JSON.stringify({ takenAt: AT, cluster: 7, namespace: [], ...lists })))

    const { causes, notReady } = await folder.diagnosis()

    expect(notReady).toBeGreaterThan(0)
    expect(causes.length).toBeGreaterThan(0)
  })

  test('is refused where it is not there, is a folder, or is too large to be one', async () => {
    await expect(folder.diagnosis({ from: folder.path('missing') })).rejects.toMatchObject({ code: 'file-missing', exit: 'usage' })
    await expect(folder.diagnosis({ from: folder.path('.') })).rejects.toMatchObject({ code: 'file-unreadable', exit: 'usage' })
    await folder.write(Buffer.alloc(17 * 2 ** 20))
    expect(await refusal()).toBe('file-too-large')
  })
})

describe('logs of controllers', () => {
  const pod = {
    ...object('Pod', 'flux-system/kustomize-controller-1'),
    metadata: { name: 'kustomize-controller-1', namespace: 'flux-system', labels: { app: 'kustomize-controller' } },
    status: { containerStatuses: [{ name: 'manager', restartCount: 2 }] },
  }
  const own = controller()
  const deployment = { ...own, spec: { ...own.spec, selector: { matchLabels: { app: 'kustomize-controller' } } } }
  const seen = { ...broken, deployments: [deployment], pods: [pod, { ...pod, metadata: { name: 'other', namespace: 'flux-system' } }] }

  test('lie in it, and those of the container before, each bounded, and nothing in them moves a cursor', async () => {
    const asked: unknown[] = []

    const files = await filesOf(
      await take(seen, async (name, options) => {
        asked.push([name.name, options])
        return options?.previous === true ? 'panic: \u001b[2Jboom\n' : `line\n${'y'.repeat(9000)}\n`
      }),
    )

    expect(asked).toEqual([
      ['kustomize-controller-1', { container: 'manager', lines: 200, bytes: 2 ** 20, previous: false }],
      ['kustomize-controller-1', { container: 'manager', lines: 200, bytes: 2 ** 20, previous: true }],
    ])
    expect(files['logs/kustomize-controller-1/manager.previous.log']).toBe('panic: ␛[2Jboom\n')
    expect(files['logs/kustomize-controller-1/manager.log']?.length).toBeLessThan(4100)
  })

  test('that may not be read are told once, and asked for no more', async () => {
    let asked = 0

    const { content } = await take(
      { ...seen, pods: Array.from({ length: 20 }, (_, at) => ({ ...pod, metadata: { ...pod.metadata, name: `p${at}` } })) },
      async () => {
        asked++
        throw new OpsError({ code: 'kube-forbidden', message: 'not allowed to get pods/log', hints: [] })
      },
    )

    expect(content.unseen).toEqual([{ what: 'logs of the controllers', why: 'not allowed to get pods/log' }])
    expect(asked).toBeLessThan(10)
    expect(JSON.parse((await filesOf({ content, same: true }))['manifest.json'] ?? '').unseen).toEqual(content.unseen)
  })

  test('of one pod that cannot be had do not keep the others back', async () => {
    const { content } = await take(seen, async (_name, options) => {
      if (options?.previous === true) throw new OpsError({ code: 'kube-error', message: 'the node is gone', hints: [] })
      return 'said\n'
    })

    expect(content.logs.map(({ name }) => name)).toEqual(['logs/kustomize-controller-1/manager.log'])
    expect(content.unseen).toEqual([
      { what: 'log of Pod flux-system/kustomize-controller-1, container manager before its last start', why: 'the node is gone' },
    ])
  })

  test('of pods with odd names get plain names in the archive', async () => {
    const odd = { ...pod, metadata: { ...pod.metadata, name: '../../etc' } }

    const { content } = await take({ ...seen, pods: [odd] }, async () => 'said\n')

    expect(bundleFiles(content).map(({ name }) => name)).toContain('logs/pod-1/manager.log')
  })
})
