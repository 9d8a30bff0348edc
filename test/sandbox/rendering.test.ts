// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what Flux substitutes
// The real kubectl and the real flux, no cluster: what they print is what the checks of rendered manifests rest on.
import { execFile, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Build, buildKustomizations } from '../../src/actions/build-kustomizations.ts'
import { readTexts } from '../../src/actions/repository-survey.ts'
import { CLONE_LINK, renderTarget } from '../../src/actions/target-manifests.ts'
import { createExec } from '../../src/adapters/exec.ts'
import { localFiles } from '../../src/adapters/files.ts'
import { createRedactor } from '../../src/adapters/redactor.ts'
import { BadSubstitution, references } from '../../src/flux/envsubst.ts'
import { layerOfFile } from '../../src/flux/patch-layers.ts'
import { unsetVariables } from '../../src/flux/substitution.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { KubeObject } from '../../src/ports/kube.ts'
import type { Tools } from '../../src/sandbox/index.ts'
import { allTools } from './scratch.ts'

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\ndata: {a: "${A}"} # not ${this}\n'
const FILES: Record<string, string> = {
  'apps/kustomization.yaml': 'namespace: web\nresources: [a.yaml, ../base]\nconfigMapGenerator: [{name: made, literals: ["a=${MADE}"]}]\n',
  'apps/a.yaml': CONFIG.replace('NAME', 'one'),
  'base/kustomization.yaml': 'resources: [b.yaml]\n',
  'base/b.yaml': CONFIG.replace('NAME', 'two'),
  'loose/c.yaml': CONFIG.replace('NAME', 'three'),
  'loose/deep/kustomization.yaml': 'resources: [d.yaml]\n',
  'loose/deep/d.yaml': CONFIG.replace('NAME', 'four'),
  'broken/kustomization.yaml': 'resources: [gone.yaml]\nreplacements: []\n',
}

let root: string
let tools: Tools
let ctx: ReadContext

beforeAll(async () => {
  tools = await allTools()
  root = await mkdtemp(join(tmpdir(), 'flux-ops-rendering-'))
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  const bin = join(root, '.bin')
  await mkdir(bin)
  for (const [name, tool] of [['kubectl', tools.kubectl] as const, ['flux', tools['flux-2.9.2']] as const])
    await writeFile(join(bin, name), `#!/bin/sh\nexec ${tool} "$@"\n`, { mode: 0o755 })
  const exec = createExec({ env: { PATH: `${bin}:/usr/bin:/bin`, HOME: root }, redactor: createRedactor() })
  ctx = { exec, files: localFiles, progress: () => undefined } as unknown as ReadContext
})
afterAll(() => rm(root, { recursive: true, force: true }))

const kustomization = (path: string, spec: object = {}): KubeObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'x', namespace: 'flux-system' },
  spec: { path, postBuild: {}, ...spec },
})

async function built(path: string, spec?: object): Promise<Build> {
  const { files } = await readTexts(ctx, root, Object.keys(FILES))
  const [build] = await buildKustomizations(ctx, { root, files }, [kustomization(path, spec)])
  if (build === undefined) throw new Error('nothing was built')
  return build
}

const seen = (build: Build): unknown[] => build.objects.map(({ name, origin }) => [name.replace(/-.*/, ''), origin?.path]).sort()

describe('a Kustomization is rendered by kubectl', () => {
  test('with the file that each object comes from, and the clone as it was', async () => {
    const build = await built('./apps')

    expect(build.failed).toBeUndefined()
    expect(seen(build)).toEqual([
      ['web/made', 'apps/kustomization.yaml'],
      ['web/one', 'apps/a.yaml'],
      ['web/two', 'base/b.yaml'],
    ])
    expect((await readdir(join(root, 'apps'))).sort()).toEqual(['a.yaml', 'kustomization.yaml'])
  })

  test('where Flux would make the kustomization file', async () => {
    expect(seen(await built('loose', { targetNamespace: 'there' }))).toEqual([
      ['there/four', 'loose/deep/d.yaml'],
      ['there/three', 'loose/c.yaml'],
    ])
  })

  test('with the patches of its spec, so that an object that opts out by one is known', async () => {
    const patch = '- op: add\n  path: /metadata/annotations\n  value: {kustomize.toolkit.fluxcd.io/substitute: disabled}\n'

    const { objects } = await built('./apps', { patches: [{ patch, target: { kind: 'ConfigMap', name: 'one' } }] })

    const unset = objects.map((object) => [object.name.replace(/-.*/, ''), unsetVariables(object, new Set()).length])
    expect(unset.sort()).toEqual([
      ['web/made', 1],
      ['web/one', 0],
      ['web/two', 1],
    ])
  })

  test('or is told to have failed, in the words of kustomize', async () => {
    expect((await built('./broken')).failed).toContain("accumulating resources from 'gone.yaml'")
  })
})

describe('patches over the manifests of the target', () => {
  const flags = ['--components=source-controller,kustomize-controller', '--namespace=flux-system']
  const over = (text: string) => {
    const layer = layerOfFile({ path: 'cluster/kustomization.yaml', text }, CLONE_LINK)
    return renderTarget(ctx, { version: '2.9.2', flags, root, layers: layer ? [layer] : [] })
  }
  const patch = (op: string) => `patches:\n  - target: {kind: Deployment, name: kustomize-controller}\n    patch: |\n      - ${op}\n`

  test('apply where the path is there', async () => {
    const result = await over(patch('{op: add, path: /spec/template/spec/containers/0/args/-, value: --concurrent=8}'))

    expect(result).toEqual({ status: 'applies', deployments: ['source-controller', 'kustomize-controller'] })
  })

  test('do not where it is gone', async () => {
    const result = await over(patch('{op: replace, path: /spec/template/spec/containers/0/args/40, value: --concurrent=8}'))

    expect(result).toMatchObject({ status: 'refused', where: 'cluster/kustomization.yaml', what: expect.stringContaining('args/40') })
  })

  test('are not known where the CLI cannot give the manifests', async () => {
    const result = await renderTarget(ctx, { version: '2.9.2', flags: ['--components=nonsense'], root, layers: [] })

    expect(result).toMatchObject({ status: 'unknown' })
  })
})

describe('variables in a text are read as flux envsubst --strict reads them', () => {
  const texts = [
    '${a}',
    '$${a}',
    '$$${a}',
    '${a:-b}',
    '${a:-${b}}',
    '${a:=}',
    '${a=b}',
    '${a-b}',
    '${a:1:2}',
    '${a/b/c}',
    '${#a}',
    '${a^^}',
    '${a b}',
    '${',
    '${a%%b}',
    '$a $(b)',
    '${a:?}',
  ]

  test.each(texts)('%s', (text) => {
    const flux = spawnSync(tools['flux-2.9.2'] ?? '', ['envsubst', '--strict'], { input: `${text}\n`, encoding: 'utf8', env: {} })
    const theirs = flux.status === 0 ? 'fine' : flux.stderr.includes('variable not set') ? 'unset' : 'broken'

    expect(ours(text)).toBe(theirs)
  })

  const ours = (text: string): string => {
    try {
      return references(text).some(({ defaulted }) => !defaulted) ? 'unset' : 'fine'
    } catch (error) {
      return error instanceof BadSubstitution ? 'broken' : String(error)
    }
  }
})

test('a clone is not written into, where flux build would before 2.9', async () => {
  await promisify(execFile)('git', ['init', '--quiet', root])
  await promisify(execFile)('git', ['-C', root, 'add', '.'])

  await built('./apps', { namePrefix: 'x-' })

  const { stdout } = await promisify(execFile)('git', ['-C', root, 'status', '--porcelain', '--untracked-files=all'])
  expect(stdout.split('\n').filter((line) => line !== '' && !line.startsWith('A '))).toEqual([])
})
