// Whether what is patched into the manifests of Flux here still fits those of the target.
import { type ClusterSurvey, ofKind } from '../../../src/actions/cluster-survey.ts'
import { type Installation, installationOf, ownerOf } from '../../../src/actions/installation.ts'
import { idOf } from '../../../src/actions/resources.ts'
import { CLONE_LINK, renderTarget } from '../../../src/actions/target-manifests.ts'
import type { Check } from '../../../src/engine/model.ts'
import { messageOf } from '../../../src/errors.ts'
import type { ReleaseFacts } from '../../../src/flux/catalogue/index.ts'
import type { RepoFile } from '../../../src/flux/files.ts'
import { layerOfFile, layerOfOwner, lostTargets, type PatchLayer } from '../../../src/flux/patch-layers.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import type { UpgradeInput } from '../input.ts'
import { clusterOf, componentsOf, repositoryOf, styleOf, supported, targetOf } from '../inspect.ts'
import { counted, fail, pass, readmeLink } from './results.ts'

const ID = 'patches-apply'

/** Kustomization files that patch the manifests of Flux, in this clone. */
function patchFiles(installation: Installation, files: readonly RepoFile[]): RepoFile[] {
  const inFolder = (folder: string): string[] => ['yaml', 'yml'].map((end) => `${folder === '' ? '' : `${folder}/`}kustomization.${end}`)
  if (installation.style === 'operator' || installation.style === 'helm') return []
  const paths = installation.style === 'bootstrap' ? [installation.kustomization] : installation.bases.flatMap(inFolder)
  return files.filter((file) => paths.includes(file.path))
}

/** The Flux Operator puts the patches of the FluxInstance on top, where others have those of a Kustomization. */
const patchedInstance = (instance: KubeObject): KubeObject => ({
  ...instance,
  kind: 'FluxInstance',
  spec: { patches: instance.spec?.kustomize?.patches },
})

function layersOf(installation: Installation, files: readonly RepoFile[], cluster: ClusterSurvey): PatchLayer[] {
  const owner =
    installation.style === 'operator'
      ? cluster.fluxInstances.map(patchedInstance).find((each) => idOf(each) === installation.instance)
      : ofKind(cluster.objects, 'Kustomization').find((each) => idOf(each) === ownerOf(installation)?.id)
  const layers = [...patchFiles(installation, files).map((file) => layerOfFile(file, CLONE_LINK)), owner && layerOfOwner(owner)]
  return layers.filter((layer) => layer !== undefined)
}

/** All components of the release, unless the style says which. */
const flagsFor = (target: ReleaseFacts, components: readonly string[] | undefined, namespace: string): string[] => [
  `--components=${(components ?? target.controllers.map((each) => each.component)).join(',')}`,
  `--namespace=${namespace}`,
]

export const patchesApply: Check<UpgradeInput> = {
  id: ID,
  title: 'what is patched into the manifests of Flux here applies to those of the target',
  severity: 'error',
  probe: async (ctx, input) => {
    const [cluster, repository] = await Promise.all([clusterOf(ctx), repositoryOf(ctx, input)])
    const style = supported(styleOf(cluster, repository))
    const target = targetOf(input)
    let layers: PatchLayer[]
    try {
      layers = layersOf(installationOf(style), repository.files, cluster)
    } catch (error) {
      return { status: 'unknown', cause: messageOf(error), hints: [readmeLink(ID)] }
    }
    if (layers.length === 0) return pass('nothing is patched')
    const flags = flagsFor(target, componentsOf(style), ctx.target.namespace)
    const result = await renderTarget(ctx, { version: target.version, flags, root: repository.root, layers })
    const hints = ['change or remove the patch in git, push, wait until it is applied']
    if (result.status === 'unknown') return { status: 'unknown', cause: result.why, hints: [readmeLink(ID)] }
    if (result.status === 'refused')
      return fail(ID, `a patch does not apply to the manifests of Flux ${target.version}`, { items: [result], hints })
    const running = cluster.deployments.map((each) => each.metadata.name)
    const lost = lostTargets(layers, running, result.deployments)
    const items = lost.map(({ where, name }) => ({ where, what: `patches Deployment ${name}, which Flux ${target.version} does not have` }))
    if (items.length > 0) return fail(ID, `${counted(items.length, 'patch', 'patches')} of a Deployment that goes`, { items, hints })
    return pass(`${counted(layers.length, 'layer')} of patches over ${target.version}`)
  },
}
