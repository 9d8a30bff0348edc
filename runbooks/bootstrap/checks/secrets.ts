// Whether what has to be there before Flux is there, or can be made.
import { SECRET } from '../../../src/actions/resources.ts'
import type { Check } from '../../../src/engine/model.ts'
import type { BootstrapInput } from '../input.ts'
import { decrypted } from '../steps/secrets.ts'
import { fail, failOf, pass } from './results.ts'

type BootstrapCheck = Check<BootstrapInput>

export const secretsOpen: BootstrapCheck = {
  id: 'secrets-open',
  title: 'the secrets that come before Flux open, and are nothing else',
  severity: 'error',
  probe: async (ctx, { file }) => {
    if (file.secrets.length === 0) return { status: 'skip', reason: 'the file names none' }
    try {
      const all = await Promise.all(file.secrets.map((path) => decrypted(ctx, file, path)))
      return pass(`${all.flat().length} objects in ${file.secrets.length} files`)
    } catch (error) {
      return failOf('secrets-open', error)
    }
  },
}

/** Types that the kubelet reads: https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets */
const PULLS = /^kubernetes\.io\/docker(configjson|cfg)$/

export const pullSecret: BootstrapCheck = {
  id: 'pull-secret',
  title: 'the Secret that images are pulled with is there, or comes before Flux',
  severity: 'error',
  probe: async (ctx, { file }) => {
    const { imagePullSecret: name, namespace } = file.flux
    if (name === undefined) return { status: 'skip', reason: 'the file names none' }
    const brought = (await Promise.all(file.secrets.map((path) => decrypted(ctx, file, path)))).flat()
    const found =
      brought.find(({ kind, metadata }) => kind === SECRET.kind && metadata.name === name && metadata.namespace === namespace) ??
      (await ctx.kube.get(SECRET, { namespace, name }))
    if (found !== undefined && PULLS.test(String(found.type))) return pass(`Secret ${namespace}/${name}`)
    const what = found === undefined ? 'is not there' : `is of type ${found.type ?? 'Opaque'}, with which no image is pulled`
    return fail('pull-secret', `Secret ${namespace}/${name} ${what}: no controller would start`, [
      `kubectl create namespace ${namespace}`,
      `kubectl -n ${namespace} create secret docker-registry ${name} --from-file=.dockerconfigjson=FILE`,
      'or sealed in git, before Flux:  secrets of the file',
    ])
  },
}
