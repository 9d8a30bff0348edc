// What a branch must have, whoever has brought it there, before the run goes on with it.
import { expect, test } from 'vitest'
import type { BootstrapPlan } from '../../../../runbooks/bootstrap/plan-schema.ts'
import { lackingAt } from '../../../../runbooks/bootstrap/publishing/on-branch.ts'
import { fakeContext } from '../../actions/fakes.ts'

const FOLDER = 'clusters/prod/flux-system'
const plan = {
  repo: { root: '/repo' },
  file: {
    flux: { style: 'git', version: '2.9.2', namespace: 'flux-system' },
    git: { url: 'https://git.test/acme/fleet.git', branch: 'main', path: 'clusters/prod' },
  },
  components: { path: `${FOLDER}/gotk-components.yaml`, isThere: false },
  files: [{ path: `${FOLDER}/gotk-sync.yaml` }, { path: `${FOLDER}/kustomization.yaml` }, { path: 'apps/kustomization.yaml' }],
} as unknown as BootstrapPlan

const sync = (url: string, branch: string, path: string): string =>
  [`kind: GitRepository\nspec: {url: "${url}", ref: {branch: ${branch}}}`, `kind: Kustomization\nspec: {path: ${path}}\n`].join('\n---\n')

const FILES: Record<string, string> = {
  [`${FOLDER}/gotk-components.yaml`]: '---\n# Flux Version: v2.9.2\n',
  [`${FOLDER}/gotk-sync.yaml`]: sync('https://git.test/acme/fleet', 'main', './clusters/prod'),
  [`${FOLDER}/kustomization.yaml`]: 'changed by a reviewer',
  'apps/kustomization.yaml': 'resources: []\n',
}

const lacking = (files: Record<string, string | undefined>): Promise<string[]> => {
  const there = Object.entries(files).filter(([, text]) => text !== undefined)
  const git = { filesAt: async () => there.map(([path]) => path), show: async (_dir: string, _commit: string, path: string) => files[path] }
  return lackingAt(fakeContext({ git }), plan, 'c'.repeat(40))
}

test('a branch that has every file can be gone on with, also where a reviewer has changed a patch', async () => {
  expect(await lacking(FILES)).toEqual([])
})

test.each([
  ['a file is not there', { 'apps/kustomization.yaml': undefined }, '1 files are not there: apps/kustomization.yaml'],
  [
    'Flux is of another release',
    { [`${FOLDER}/gotk-components.yaml`]: '# Flux Version: v2.9.1\n' },
    'gotk-components.yaml is of Flux 2.9.1',
  ],
  [
    'another repository is followed',
    { [`${FOLDER}/gotk-sync.yaml`]: sync('https://git.test/other/fleet', 'main', './clusters/prod') },
    'gotk-sync.yaml follows https://git.test/other/fleet',
  ],
  [
    'another branch is followed',
    { [`${FOLDER}/gotk-sync.yaml`]: sync('https://git.test/acme/fleet', 'dev', './clusters/prod') },
    'gotk-sync.yaml follows branch dev',
  ],
  [
    'another folder is applied',
    { [`${FOLDER}/gotk-sync.yaml`]: sync('https://git.test/acme/fleet', 'main', './clusters') },
    'gotk-sync.yaml applies ./clusters',
  ],
  ['the sync file is empty', { [`${FOLDER}/gotk-sync.yaml`]: '' }, 'gotk-sync.yaml follows nothing'],
])('it is said where %s', async (_given, change, says) => {
  expect(await lacking({ ...FILES, ...change })).toContain(says)
})
