// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what Flux substitutes
import { describe, expect, it } from 'vitest'
import { buildKustomizations, generatedResources, overlayOfSpec } from '../../../src/actions/build-kustomizations.ts'
import type { Command } from '../../../src/ports/exec.ts'
import { flux } from '../flux/objects.ts'
import { fakeContext } from './fakes.ts'

const file = (path: string, text = 'apiVersion: v1\nkind: ConfigMap\n') => ({ path, text })
const remote = (path: string) => file(`${path}/kustomization.yaml`, 'resources:\n  - https://git.test/x\n')

describe('what Flux puts into a folder without a kustomization file', () => {
  it('is every manifest below it, and whole folders that have one of their own', () => {
    const files = [
      file('apps/a.yaml'),
      file('apps/deep/b.yaml'),
      file('apps/own/kustomization.yaml'),
      file('apps/own/c.yaml'),
      file('other/d.yaml'),
    ]

    expect(generatedResources(files, 'apps')).toEqual(['apps/own', 'apps/a.yaml', 'apps/deep/b.yaml'])
  })

  it('is not what holds no object', () => {
    expect(generatedResources([file('apps/.sops.yaml', 'creation_rules: []\n')], 'apps')).toEqual([])
  })
})

describe('the settings of a spec', () => {
  it('that change what is rendered are laid over the folder, those that come after it are not', () => {
    const kustomization = flux('Kustomization', 'apps', {
      spec: {
        targetNamespace: 'web',
        patches: [{ patch: 'x' }],
        commonMetadata: { labels: { a: 'b' } },
        postBuild: {},
        components: ['../c', '../gone'],
        ignoreMissingComponents: true,
      },
    })

    expect(overlayOfSpec(kustomization, ['apps'], 'apps', [file('c/kustomization.yaml')])).toEqual({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: ['repo/apps'],
      buildMetadata: ['originAnnotations'],
      namespace: 'web',
      components: ['repo/c'],
      patches: [{ patch: 'x' }],
    })
  })
})

describe('rendering', () => {
  const world = (files: ReturnType<typeof file>[]) => {
    const commands: Command[] = []
    const ctx = fakeContext({
      files: new Map(files.map(({ path, text }) => [`/repo/${path}`, text])),
      exec: (command) => {
        commands.push(command)
        return { stdout: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: ${B}\n---\nkind: Other\n' }
      },
    })
    return { ctx, commands }
  }
  const named = (name: string, path: string) => flux('Kustomization', name, { spec: { path } })

  it('is done once for Kustomizations with the same folder and settings, and keeps only objects that matter', async () => {
    const files = [remote('apps')]
    const { ctx, commands } = world(files)

    const builds = await buildKustomizations(ctx, { root: '/repo', files }, [named('a', './apps'), named('b', 'apps/')])

    expect(commands).toHaveLength(1)
    expect(builds.map(({ objects }) => objects.map((object) => object.name))).toEqual([['a'], ['a']])
  })

  it('reads the clone and writes nothing into it', async () => {
    const files = [remote('apps')]
    const { ctx, commands } = world(files)

    await buildKustomizations(ctx, { root: '/repo', files }, [named('a', './apps')])

    expect(commands[0]).toMatchObject({ tool: 'kubectl', effect: 'read', scratch: { links: { repo: '/repo' } } })
    expect(commands[0]?.cwd).toBeUndefined()
  })

  it('is not tried with a file whose aliases have no end, as it would take all memory there is', async () => {
    const files = [remote('apps'), file('apps/bomb.yaml', 'kind: ConfigMap\nspec: &spec {itself: *spec}\n')]
    const { ctx, commands } = world(files)

    const [build] = await buildKustomizations(ctx, { root: '/repo', files }, [named('a', './apps')])

    expect(build?.failed).toBe('apps/bomb.yaml has an alias that stands inside what it stands for')
    expect(commands).toEqual([])
  })

  it('of a folder that is not in the clone is told as a failure, not as nothing', async () => {
    const builds = await buildKustomizations(world([]).ctx, { root: '/repo', files: [] }, [named('a', './apps')])

    expect(builds).toMatchObject([{ objects: [], failed: 'apps is not in the clone' }])
  })
})
