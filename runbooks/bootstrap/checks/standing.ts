// Whether another Flux is there. Two that keep one cluster, or one that is led to another folder, undo each other's work.
import { readCrds, readDeployments, readObjects } from '../../../src/actions/cluster-survey.ts'
import { DEPLOYMENT, FLUX_INSTANCE, idOf, parseId, SECRET } from '../../../src/actions/resources.ts'
import { shortImage } from '../../../src/actions/rollout.ts'
import type { Check, CheckItem } from '../../../src/engine/model.ts'
import { sameRepository } from '../../../src/flux/git-urls.ts'
import { controllersOf, installedFlux } from '../../../src/flux/installed.ts'
import { INSTANCE_NAME } from '../../../src/flux/operator-move/instance.ts'
import { OPERATOR } from '../../../src/flux/operator-move/operator.ts'
import { cleanFolder } from '../../../src/flux/synced-paths.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { operatorPlaces } from '../../../src/scaffold/operator-files.ts'
import type { BootstrapInput } from '../input.ts'
import { gitSecretStanding } from '../steps/git-secret.ts'
import { fail, failOf, pass } from './results.ts'

type BootstrapCheck = Check<BootstrapInput>
type File = BootstrapInput['file']

/** What is wrong with the objects that bootstrap would write, where they are there. */
function otherSync(objects: readonly KubeObject[], { flux, git }: File): CheckItem[] {
  const own = `${flux.namespace}/${flux.namespace}`
  return objects.flatMap((object): CheckItem[] => {
    if (idOf(object) !== own) return []
    const where = `${object.kind} ${own}`
    if (object.kind === 'GitRepository') {
      const { url = '', ref = {} } = object.spec ?? {}
      if (!sameRepository(String(url), git.url ?? '') && url !== git.url)
        return [{ where, what: `follows ${url}; the file says ${git.url}` }]
      const branch = ref.branch ?? String(ref.name ?? '').replace(/^refs\/heads\//, '')
      return branch === git.branch ? [] : [{ where, what: `follows branch ${branch || 'none'}; the file says ${git.branch}` }]
    }
    if (object.kind !== 'Kustomization') return []
    const path = cleanFolder(String(object.spec?.path ?? ''))
    const wanted = git.path === '.' ? '' : git.path
    return path === wanted ? [] : [{ where, what: `applies ${path || 'the root'}; the file says ${git.path}` }]
  })
}

/** The operator takes one FluxInstance; controllers without it are those of another style. */
function otherInstance(instances: readonly KubeObject[], running: readonly KubeObject[], { flux }: File): CheckItem[] {
  const own = `${flux.namespace}/${INSTANCE_NAME}`
  const others = instances.filter((one) => idOf(one) !== own)
  if (others.length > 0)
    return others.map((one) => ({
      where: `FluxInstance ${idOf(one)}`,
      what: `is another one than ${own}, and the operator takes only one`,
    }))
  if (instances.length > 0 || running.length === 0) return []
  return [
    {
      where: `Flux in ${flux.namespace}`,
      what: 'runs, and no FluxInstance has made it: flux-ops migrate operator brings it under the operator',
    },
  ]
}

/** One of another release would be replaced, be it a newer one; one of another namespace would keep the same FluxInstance. */
function otherOperator(all: readonly KubeObject[], { flux }: File): CheckItem[] {
  const wanted = operatorPlaces(flux).version
  return all.flatMap((one): CheckItem[] => {
    const image = shortImage(String(one.spec?.template?.spec?.containers?.[0]?.image ?? ''))
    if (!image.startsWith(`${OPERATOR}:`)) return []
    const where = `Deployment ${idOf(one)}`
    if (idOf(one) !== `${flux.namespace}/${OPERATOR}`)
      return [{ where, what: `is a Flux Operator outside of ${flux.namespace}, or under another name` }]
    return image === `${OPERATOR}:v${wanted}` ? [] : [{ where, what: `runs ${image}; the file says ${wanted}` }]
  })
}

/** Something is applied, and not from where the file would have it. */
function strangers(objects: readonly KubeObject[], { flux, git }: File): KubeObject[] {
  const own = `${flux.namespace}/${flux.namespace}`
  const applied = objects.filter((object) => object.kind === 'Kustomization' || object.kind === 'HelmRelease')
  const ofBootstrap = applied.find((object) => object.kind === 'Kustomization' && idOf(object) === own)
  if (flux.style !== 'kustomize') return ofBootstrap === undefined ? applied : []
  if (ofBootstrap !== undefined) return [ofBootstrap]
  const isFollowed = objects.some(
    (object) => object.kind === 'GitRepository' && sameRepository(String(object.spec?.url ?? ''), git.url ?? ''),
  )
  return isFollowed ? [] : applied
}

export const noOtherFlux: BootstrapCheck = {
  id: 'no-other-flux',
  title: 'no other Flux keeps this cluster, and none follows another folder',
  severity: 'error',
  probe: async (ctx, { file }) => {
    const { namespace } = file.flux
    const [{ crds, names }, all, here] = await Promise.all([
      readCrds(ctx.kube),
      ctx.kube.list(DEPLOYMENT),
      readDeployments(ctx.kube, namespace),
    ])
    const hasInstances = names.includes(`${FLUX_INSTANCE.plural}.${FLUX_INSTANCE.group}`)
    const [objects, instances] = await Promise.all([readObjects(ctx.kube, crds), hasInstances ? ctx.kube.list(FLUX_INSTANCE) : []])
    const elsewhere = all.filter((one) => one.metadata.namespace !== namespace && controllersOf([one]).length > 0)
    const running = here.length === 0 ? undefined : installedFlux(here, crds)
    const items: CheckItem[] = [
      ...elsewhere.map((one) => ({ where: `Deployment ${idOf(one)}`, what: `is a controller of Flux outside of ${namespace}` })),
      ...(file.flux.style === 'operator'
        ? [...otherInstance(instances, here, file), ...otherOperator(all, file)]
        : instances.map((one) => ({ where: `FluxInstance ${idOf(one)}`, what: 'the Flux Operator keeps Flux here' }))),
      ...(file.flux.style === 'kustomize' ? [] : otherSync(objects, file)),
      ...strangers(objects, file)
        .slice(0, 10)
        .map((one) => ({ where: `${one.kind} ${idOf(one)}`, what: `is there, and nothing that style ${file.flux.style} would have made` })),
      ...(running?.status === 'found' && running.version !== file.flux.version
        ? [{ where: `Flux ${running.version}`, what: `runs; the file says ${file.flux.version}: flux-ops upgrade changes it` }]
        : []),
    ]
    if (items.length > 0)
      return fail(
        'no-other-flux',
        'this cluster is kept already, or was',
        ['is it the right cluster?  kubectl config current-context', 'flux-ops status'],
        items,
      )
    return pass(
      here.length === 0
        ? crds.length === 0
          ? 'nothing of Flux is there'
          : 'CRDs of Flux are there, and no controller'
        : 'Flux is there already, as the file has it',
    )
  },
}

export const gitSecretFree: BootstrapCheck = {
  id: 'git-secret-free',
  title: 'no other credentials lie where these are to go',
  severity: 'error',
  probe: async (ctx, input) => {
    const { file, forFlux } = input
    if (forFlux === null) return { status: 'skip', reason: 'the repository asks for no credentials' }
    const id = `${file.flux.namespace}/${file.git.secretName}`
    try {
      const standing = await gitSecretStanding(ctx, id, input)
      if (standing !== 'other') return pass(standing === 'same' ? `Secret ${id} holds them already` : undefined)
    } catch (error) {
      return failOf('git-secret-free', error)
    }
    const there = await ctx.kube.get(SECRET, parseId(id), { metadataOnly: true })
    return fail(
      'git-secret-free',
      `Secret ${id}, of ${there?.metadata.creationTimestamp ?? 'an unknown time'}, holds other credentials: it is not overwritten`,
      [
        `another name:  git.secretName of the file`,
        `kubectl -n ${file.flux.namespace} delete secret ${file.git.secretName}   if nothing needs it`,
      ],
    )
  },
}
