// The Flux Operator, and the FluxInstance that it makes Flux from. Both are applied once; from then on Flux keeps them from git.
import { createHash } from 'node:crypto'
import { applyLine, applyManifests } from '../../../src/actions/apply-manifests.ts'
import { readDeployments } from '../../../src/actions/cluster-survey.ts'
import { appliedVersion, isInPlace, readInstance } from '../../../src/actions/flux-instance.ts'
import { operatorLines, operatorManifests, pullOperator } from '../../../src/actions/operator-manifests.ts'
import { DEPLOYMENT, FLUX_INSTANCE, POD } from '../../../src/actions/resources.ts'
import { failOnBroken, shortImage } from '../../../src/actions/rollout.ts'
import { type Seen, waitFor } from '../../../src/actions/wait-for.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import { verdict } from '../../../src/flux/conditions.ts'
import { holds } from '../../../src/flux/holds.ts'
import { controllersOf } from '../../../src/flux/installed.ts'
import { resourceOf } from '../../../src/flux/kinds.ts'
import { INSTANCE_NAME } from '../../../src/flux/operator-move/instance.ts'
import { OPERATOR } from '../../../src/flux/operator-move/operator.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { isInstance, manifestsIn } from '../operator-files.ts'
import { namespaceOf } from '../plan-facts.ts'
import type { BootstrapPlan } from '../plan-schema.ts'

type Planned = NonNullable<BootstrapPlan['operator']>

const operatorOf = ({ operator }: BootstrapPlan): Planned => operator as Planned

const MANIFESTS = 'manifests/operator.yaml'

/** What is missing until the operator of the plan runs; undefined when nothing is. */
async function behind(ctx: ReadContext, { namespace, version }: { namespace: string; version: string }): Promise<string | undefined> {
  const label = `Deployment ${namespace}/${OPERATOR}`
  const deployment = await ctx.kube.get(DEPLOYMENT, { namespace, name: OPERATOR })
  if (deployment === undefined) return `${label}: is not there`
  const image = imageOf(deployment)
  if (image !== `${OPERATOR}:v${version}`) return `${label}: runs ${image}`
  const { observedGeneration, availableReplicas = 0 } = deployment.status ?? {}
  if (observedGeneration !== deployment.metadata.generation || availableReplicas === 0) return `${label}: is not available yet`
  return (await ctx.kube.serves(FLUX_INSTANCE)) ? undefined : 'FluxInstance is not served yet'
}

const imageOf = (deployment: KubeObject): string => shortImage(String(deployment.spec?.template?.spec?.containers?.[0]?.image ?? ''))

/** Whether an operator of this release runs there. */
export const operatorRuns = async (ctx: ReadContext, at: { namespace: string; version: string }): Promise<boolean> =>
  (await behind(ctx, at)) === undefined

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

export const sumOfOperator = async (ctx: ReadContext, from: Pick<Planned, 'artifact' | 'insecure'>): Promise<string> =>
  sha256(await pullOperator(ctx, from))

async function pulledAsPlanned(ctx: ReadContext, { artifact, insecure, sha256: planned }: Planned): Promise<string> {
  const text = await pullOperator(ctx, { artifact, insecure })
  if (planned === null || sha256(text) === planned) return text
  throw new OpsError({
    code: 'operator-moved',
    message: `${artifact} holds other manifests than when the plan was made`,
    hints: ['who has moved the tag?', 'begin anew:  flux-ops runs abandon, then bootstrap'],
  })
}

const HELM_RELEASE = resourceOf('HelmRelease', 'v2')

/** Flux keeps it from git already: whatever it needs, it gets from there. */
async function isKept(ctx: ReadContext, namespace: string): Promise<boolean> {
  if (!(await ctx.kube.serves(HELM_RELEASE))) return false
  return (await ctx.kube.get(HELM_RELEASE, { namespace, name: OPERATOR }, { metadataOnly: true })) !== undefined
}

async function applyOperator(ctx: Context, plan: BootstrapPlan): Promise<{ objects: number }> {
  const { namespace, imagePullSecret, tolerationKeys } = plan.file.flux
  const operator = operatorOf(plan)
  const published = await pulledAsPlanned(ctx, operator)
  const text = await operatorManifests(ctx, published, { namespace, registry: operator.registry, imagePullSecret, tolerationKeys })
  await ctx.files.makeDir(`${ctx.runDir}/manifests`)
  await ctx.files.writeText(`${ctx.runDir}/${MANIFESTS}`, text)
  return applyManifests(ctx, `${ctx.runDir}/${MANIFESTS}`)
}

const PULL_GRACE_MS = 45_000

async function waitForOperator(ctx: ReadContext, plan: BootstrapPlan): Promise<void> {
  const namespace = namespaceOf(plan)
  const { version } = operatorOf(plan)
  const started = ctx.clock.now().getTime()
  const probe = async (): Promise<Seen<true>> => {
    const missing = await behind(ctx, { namespace, version })
    if (missing === undefined) return { done: true, value: true }
    const [deployment, pods] = await Promise.all([
      ctx.kube.get(DEPLOYMENT, { namespace, name: OPERATOR }),
      ctx.kube.list(POD, { namespace }),
    ])
    const patient = ctx.clock.now().getTime() - started < PULL_GRACE_MS
    if (deployment !== undefined) await failOnBroken(ctx, deployment, pods, patient)
    return { done: false, lastSeen: missing }
  }
  const hints = [`kubectl -n ${namespace} describe deployment ${OPERATOR}`, 'then:  flux-ops runs resume']
  const waitingFor = `the Flux Operator ${version} to run`
  await waitFor<true>(ctx, { waitingFor, timeoutMs: plan.timeoutMs, everyMs: 500, code: 'operator-not-running', hints, probe })
}

export const operatorStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'operator',
  title: 'install the Flux Operator',
  why: 'it makes Flux from the FluxInstance; later Flux keeps it by the HelmRelease in git, which takes over what is applied here',
  preview: ({ plan, plan: { operator } }) =>
    operator === null ? [] : [...operatorLines(operator, `<run>/${MANIFESTS}`), applyLine(plan.context, `<run>/${MANIFESTS}`)],
  isDone: (ctx, { plan }) => operatorRuns(ctx, { namespace: namespaceOf(plan), version: operatorOf(plan).version }),
  run: async (ctx, { plan }) => {
    const kept = await isKept(ctx, namespaceOf(plan))
    const { objects } = kept ? { objects: 0 } : await applyOperator(ctx, plan)
    await waitForOperator(ctx, plan)
    return { objects }
  },
}

/** As the commit has it, with what a person has patched in beside it. Throws OpsError `instance-missing`. */
async function wantedInstance(ctx: ReadContext, { repo, folders }: BootstrapPlan): Promise<KubeObject> {
  const args = ['kustomize', `${repo.root}/${folders.install}`]
  const { stdout } = await ctx.exec.run({ tool: 'kubectl', args, effect: 'read', timeoutMs: 300_000 })
  const found = manifestsIn(stdout).find(isInstance)
  if (found !== undefined) return found as KubeObject
  throw new OpsError({
    code: 'instance-missing',
    message: `${folders.install} holds no FluxInstance`,
    hints: [`${folders.install}/kustomization.yaml has to list it`, 'then:  flux-ops runs resume'],
  })
}

const named = (plan: BootstrapPlan) => ({ namespace: namespaceOf(plan), name: INSTANCE_NAME })

/** Whether the cluster has the FluxInstance of the commit. */
async function hasInstance(ctx: ReadContext, plan: BootstrapPlan, wanted: KubeObject): Promise<boolean> {
  if (!(await ctx.kube.serves(FLUX_INSTANCE))) return false
  const there = await ctx.kube.get(FLUX_INSTANCE, named(plan))
  return there !== undefined && there.metadata.deletionTimestamp === undefined && holds(there.spec, wanted.spec)
}

/** Every controller of the file is there in its release: they may not be well yet. */
async function isMade(ctx: ReadContext, { file: { flux } }: BootstrapPlan): Promise<boolean> {
  const running = controllersOf(await readDeployments(ctx.kube, flux.namespace)).map(({ component }) => component)
  return [...flux.components, ...flux.componentsExtra].every((each) => running.includes(each)) && isInPlace(ctx, flux.version)
}

async function isFollowed(ctx: ReadContext, plan: BootstrapPlan): Promise<boolean> {
  if (!(await ctx.files.exists(`${plan.repo.root}/${plan.folders.install}/kustomization.yaml`))) return false
  if (!(await hasInstance(ctx, plan, await wantedInstance(ctx, plan)))) return false
  const { namespace, name } = named(plan)
  const there = await readInstance(ctx.kube, `${namespace}/${name}`)
  return appliedVersion(there) === plan.file.flux.version && isMade(ctx, plan)
}

async function waitUntilMade(ctx: ReadContext, plan: BootstrapPlan): Promise<void> {
  const { namespace, name } = named(plan)
  const hints = [`kubectl -n ${namespace} describe fluxinstance ${name}`, 'then:  flux-ops runs resume']
  const probe = async (): Promise<Seen<true>> => {
    const { state, reason, message, terminal } = verdict(await readInstance(ctx.kube, `${namespace}/${name}`))
    if (state === 'failed' && terminal)
      throw new OpsError({
        code: 'operator-refused',
        message: `the Flux Operator does not take FluxInstance ${namespace}/${name}: ${message}`,
        hints,
      })
    if (await isMade(ctx, plan)) return { done: true, value: true }
    return { done: false, lastSeen: [state, reason, message].filter((part) => part !== '').join(': ') }
  }
  const waitingFor = `the Flux Operator to make Flux ${plan.file.flux.version}`
  await waitFor<true>(ctx, { waitingFor, timeoutMs: plan.timeoutMs, everyMs: 500, code: 'operator-timeout', hints, probe })
}

export const instanceStep: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'instance',
  title: 'give the operator the FluxInstance',
  why: 'it says which Flux, how it is set, and what it follows; it comes last, when every secret is there',
  preview: ({ plan: { context, folders } }) => [
    `kubectl kustomize ${folders.install}`,
    `kubectl --context ${context} apply --server-side --force-conflicts -f <its FluxInstance>`,
  ],
  isDone: (ctx, { plan }) => isFollowed(ctx, plan),
  run: async (ctx, { plan }) => {
    const wanted = await wantedInstance(ctx, plan)
    // As kubectl applies it: kustomize-controller takes over from that manager. What is there as it should be is not touched.
    if (!(await hasInstance(ctx, plan, wanted)))
      await ctx.kube.patch(
        FLUX_INSTANCE,
        named(plan),
        'apply',
        { ...wanted, metadata: { ...wanted.metadata, ...named(plan) } },
        { fieldManager: 'kubectl', force: true },
      )
    await waitUntilMade(ctx, plan)
    return {}
  },
}
