// A cluster that decrypts with the old key, and the clone that it applies.
import { inputSchema, type RotateInput } from '../../../../runbooks/age-rotate/input.ts'
import { keyFileOf } from '../../../../src/sops/keys/generate.ts'
import { crdObject, FakeKube, type FakeParts, fakeContext } from '../../actions/fakes.ts'
import { cloneOf, inClone, ROOT } from '../../actions/keys/sealed.ts'
import { oldKey } from './a-plan.ts'

const URL = 'https://git.example/home.git'

export const input: RotateInput = inputSchema.parse({ repo: ROOT, seal: { how: 'shares', threshold: 2, count: 3 }, out: '/media/usb' })

export const keyFile = (...keys: (typeof oldKey)[]): string => keys.map((key) => keyFileOf(key, '2026-11-22T03:12:00Z').reveal()).join('')
export const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** `entries`: what the Secret holds beside the old key. */
export function cluster(entries: Readonly<Record<string, string>> = {}): FakeKube {
  const kube = new FakeKube()
  const versions = { versions: ['v1'], storage: 'v1', stored: ['v1'] }
  kube.put('customresourcedefinitions', crdObject('kustomizations', 'kustomize.toolkit.fluxcd.io', 'Kustomization', versions))
  kube.put('customresourcedefinitions', crdObject('gitrepositories', 'source.toolkit.fluxcd.io', 'GitRepository', versions))
  kube.put('secrets', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'sops-age', namespace: 'flux-system' },
    data: Object.fromEntries(Object.entries({ 'age.agekey': keyFile(oldKey), ...entries }).map(([name, text]) => [name, base64(text)])),
  })
  kube.put('gitrepositories', {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'home', namespace: 'flux-system' },
    spec: { url: URL, ref: { branch: 'main' } },
  })
  kube.put('kustomizations', {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'apps', namespace: 'flux-system' },
    spec: {
      path: './',
      sourceRef: { kind: 'GitRepository', name: 'home' },
      decryption: { provider: 'sops', secretRef: { name: 'sops-age' } },
    },
  })
  return kube
}

/** `cut`: runs that have made their second commit. */
export function aWorld(files: Readonly<Record<string, string>>, parts: FakeParts = {}, cut: readonly string[] = []) {
  const git = {
    ...cloneOf({ committed: files }),
    branch: async () => 'main',
    commitsWithTrailer: async (_dir: string, _ref: string, _key: string, value: string) =>
      cut.some((run) => value === `${run}/cut`) ? ['c'] : [],
    upstream: async () => ({ remote: 'origin', branch: 'main', url: URL }),
  }
  return fakeContext({ kube: cluster(), git, files: inClone(files), ...parts })
}
