// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what Flux substitutes
import type { ExecResult } from '../../../../src/ports/exec.ts'
import type { OutcomeTable } from './outcome.ts'
import type { World } from './world.ts'

const meta = (name: string): string =>
  `metadata:\n  annotations:\n    config.kubernetes.io/origin: |\n      path: repo/apps/page.yaml\n  name: ${name}\n  namespace: web\n`
const PAGE = `apiVersion: v1\ndata:\n  domain: \${DOMAIN}\nkind: ConfigMap\n${meta('page')}`
const SEALED = `apiVersion: v1\nkind: Secret\n${meta('sealed')}sops:\n  mac: x\nstringData:\n  a: ENC[x]\n`
const policy = (version: string): string => `apiVersion: image.toolkit.fluxcd.io/${version}\nkind: ImagePolicy\n${meta('policy')}spec: {}\n`
const GONE = { exitCode: 1, stderr: 'error: accumulating resources: no such host\n' }

const answering = (world: World, tool: string, word: string, answer: Partial<ExecResult>): void => {
  const usual = world.exec
  world.exec = (command) => (command.tool === tool && command.args[0] === word ? answer : usual(command))
}

/** A Kustomization whose folder has to be rendered, and what comes out of that. `set`: the variables that it has. */
const apps =
  (answer: Partial<ExecResult>, ...set: string[]) =>
  (world: World): void => {
    const postBuild = set.length === 0 ? {} : { postBuild: { substitute: Object.fromEntries(set.map((name) => [name, 'x'])) } }
    world.put('Kustomization', 'apps', {
      spec: { path: './apps', sourceRef: { kind: 'GitRepository', name: 'flux-system' }, ...postBuild },
    })
    world.files.set('/repo/apps/kustomization.yaml', 'resources:\n  - https://git.test/base?ref=v1\n')
    answering(world, 'kubectl', 'kustomize', answer)
  }

const EXPORT = '# Flux Version: v2.9.2\n---\nkind: Deployment\nmetadata:\n  name: kustomize-controller\n'

/** A patch beside gotk-components.yaml; what the CLI gives for the target, and what kustomize makes of both. */
const patched =
  (exported: string, answer: Partial<ExecResult>) =>
  (world: World): void => {
    const patch = 'patches:\n  - target: {kind: Deployment, name: kustomize-controller}\n    patch: "[]"\n'
    world.files.set('/repo/clusters/prod/flux-system/kustomization.yaml', `resources:\n  - gotk-components.yaml\n${patch}`)
    answering(world, 'flux', 'install', { stdout: exported })
    answering(world, 'kubectl', 'kustomize', answer)
  }

export const outcomes: OutcomeTable = {
  'no-rendered-removed-api': {
    pass: { given: 'a remote base has what the target serves', change: apps({ stdout: policy('v1') }) },
    fail: {
      given: 'a remote base has an API version that is gone',
      change: apps({ stdout: policy('v1beta2') }),
      says: /ImagePolicy web\/policy image\.toolkit\.fluxcd\.io\/v1beta2 → /,
    },
    unknown: { given: 'the remote base cannot be had', change: apps(GONE), says: /no such host/ },
  },
  'strict-substitution': {
    pass: { given: 'every variable is set', change: apps({ stdout: PAGE }, 'DOMAIN') },
    fail: { given: 'a variable is not set', change: apps({ stdout: PAGE }, 'OTHER'), says: /DOMAIN is not set/ },
    unknown: { given: 'what is substituted cannot be rendered', change: apps(GONE, 'DOMAIN'), says: /no such host/ },
  },
  'substitution-seen': {
    pass: { given: 'all that is substituted can be read', change: apps({ stdout: PAGE }, 'DOMAIN') },
    fail: { given: 'a value is encrypted', change: apps({ stdout: SEALED }, 'DOMAIN'), says: /Secret web\/sealed is encrypted/ },
    unknown: { given: 'what is substituted cannot be rendered', change: apps(GONE, 'DOMAIN'), says: /no such host/ },
  },
  'patches-apply': {
    pass: { given: 'the patch applies', change: patched(EXPORT, { stdout: EXPORT }), says: /1 layer of patches over 2\.9\.2/ },
    fail: {
      given: 'the patch does not apply',
      change: patched(EXPORT, { exitCode: 1, stderr: 'error: doc is missing path\n' }),
      says: /flux-system\/kustomization\.yaml.*doc is missing path/,
    },
    unknown: {
      given: 'the CLI does not give the manifests of the target',
      change: patched('nothing', {}),
      says: /did not print the manifests of Flux 2\.9\.2/,
    },
  },
}
