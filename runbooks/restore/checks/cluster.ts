// Whether the cluster is the one that is meant, is empty of Flux, and takes what the backup holds.
import { mayDo } from '../../../src/actions/checks/permissions.ts'
import { DEPLOYMENT, idOf } from '../../../src/actions/resources.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { kubernetesVerdict } from '../../../src/flux/catalogue/index.ts'
import { PARTS } from '../../../src/flux/installation/content.ts'
import { controllersOf } from '../../../src/flux/installed.ts'
import type { AccessRequest } from '../../../src/ports/kube.ts'
import type { RestoreInput } from '../input.ts'
import { opened } from '../open.ts'
import { labelOf, standingOf } from '../standing.ts'
import { answers, fail, pass } from './results.ts'

type RestoreCheck = Check<RestoreInput>

export const clusterMeant: RestoreCheck = {
  id: 'cluster-meant',
  title: 'it is a cluster to restore into',
  severity: 'gate',
  probe: async (ctx, input) => {
    const [{ uid, context, server, version }, { content }] = await Promise.all([ctx.kube.identity(), opened(ctx, input)])
    const { header } = content
    const here = `context ${context}, ${server}, Kubernetes ${version}, uid ${uid}`
    return pass(`${here}; the backup is of ${header.context}, uid ${header.uid}${header.uid === uid ? ': this very cluster' : ''}`)
  },
}

export const noOtherFlux: RestoreCheck = {
  id: 'no-other-flux',
  title: 'no Flux runs here',
  severity: 'error',
  probe: async (ctx) => {
    const running = (await ctx.kube.list(DEPLOYMENT)).filter((one) => controllersOf([one]).length > 0)
    if (running.length === 0) return pass('no controller of Flux is there')
    const items = running.map((one): CheckItem => ({ where: `Deployment ${idOf(one)}`, what: 'is a controller of Flux' }))
    return fail(
      'no-other-flux',
      'Flux runs here: a restore is for a cluster that has lost it',
      [
        'is it the right cluster?  kubectl config current-context',
        'what is wrong with this one:  flux-ops recover',
        'a restore that was stopped goes on with  flux-ops runs resume',
      ],
      items,
    )
  },
}

export const kubernetesFits: RestoreCheck = {
  id: 'kubernetes-fits',
  title: 'Flux is tested with this Kubernetes',
  severity: 'error',
  probe: async (ctx, input) => {
    const [{ version }, { content }] = await Promise.all([ctx.kube.identity(), opened(ctx, input)])
    if (content.header.flux === null) return { status: 'unknown', cause: 'the Flux of the backup is of no release that is known here' }
    const verdict = kubernetesVerdict(content.header.flux, version)
    if (verdict.status === 'tested')
      return pass(`Flux ${content.header.flux}, ${version}, tested from ${verdict.range.min} to ${verdict.range.max}`)
    if (verdict.status === 'unknown') return { status: 'unknown', cause: verdict.message }
    return fail('kubernetes-fits', verdict.message, [
      'a cluster of a Kubernetes that it is tested with; Flux can be upgraded once it stands',
    ])
  },
}

export const wayFree: RestoreCheck = {
  id: 'way-free',
  title: 'nothing in the cluster is other than the backup has it',
  severity: 'error',
  probe: async (ctx, input) => {
    const { content } = await opened(ctx, input)
    const standing = await standingOf(
      ctx.kube,
      PARTS.flatMap((part) => content.parts[part]),
    )
    const other = [...standing].filter(([, stands]) => stands === 'other').map(([kept]) => kept)
    const same = [...standing.values()].filter((stands) => stands === 'same').length
    if (other.length === 0) return pass(same === 0 ? 'none of it is there' : `${same} objects are there already, as they were`)
    return fail(
      'way-free',
      `${other.length} objects are there, and other than they were: they would stay as they are`,
      ['kubectl delete what nobody needs', 'or keep it as it is:  --waive way-free="why"'],
      other.slice(0, 20).map((kept) => ({ where: labelOf(kept), what: 'is there already, and differs, or is being deleted' })),
    )
  },
}

export const permissions: RestoreCheck = {
  id: 'permissions',
  title: 'you may do everything that it takes',
  severity: 'error',
  probe: async (ctx, input) => {
    const { content } = await opened(ctx, input)
    const all = PARTS.flatMap((part) => content.parts[part])
    const needed = new Map<string, AccessRequest>()
    for (const { resource, object } of all)
      for (const verb of ['get', 'create', 'patch', 'delete']) {
        const namespace = resource.namespaced ? object.metadata.namespace : undefined
        needed.set([verb, resource.group, resource.plural, namespace].join(' '), {
          verb,
          group: resource.group,
          resource: resource.plural,
          ...(namespace !== undefined && { namespace }),
        })
      }
    return mayDo(ctx, answers, async () => [...needed.values()])
  },
}
