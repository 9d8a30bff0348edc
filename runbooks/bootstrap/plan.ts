// What the bootstrap is about, as data: what is missing in the repository, and what the cluster has already.
import { createHash } from 'node:crypto'
import { reaching } from '../../src/actions/git-credentials.ts'
import { generateComponents } from '../../src/actions/gotk.ts'
import { DEPLOYMENT, NAMESPACE } from '../../src/actions/resources.ts'
import { decryptionPatch, gotkKustomization, syncManifest } from '../../src/flux/gotk-sync.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { installFlags } from './flags.ts'
import type { BootstrapInput } from './input.ts'
import { type BootstrapPlan, planSchema } from './plan-schema.ts'

export const REMOTE = 'origin'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

export const folderOf = ({ git, flux }: BootstrapInput['file']): string =>
  git.path === '.' ? flux.namespace : `${git.path}/${flux.namespace}`

type Planned = BootstrapPlan['files'][number]

const syncText = ({ file, access }: BootstrapInput): string =>
  syncManifest({
    namespace: file.flux.namespace,
    url: file.git.url ?? '',
    branch: file.git.branch,
    path: file.git.path,
    interval: file.git.interval,
    secretName: access === null ? undefined : file.git.secretName,
    recurseSubmodules: file.git.recurseSubmodules,
  })

function wantedFiles(input: BootstrapInput): Planned[] {
  const { file } = input
  const folder = folderOf(file)
  const patches = file.sops === undefined ? [] : [decryptionPatch(file.flux.namespace, file.sops.secretName)]
  return [
    { path: `${folder}/gotk-sync.yaml`, text: syncText(input), why: 'what the cluster follows' },
    { path: `${folder}/kustomization.yaml`, text: gotkKustomization(patches), why: 'joins them, with what is set of the controllers' },
  ]
}

interface Missing {
  readonly files: Planned[]
  readonly advice: string[]
}

/** A kustomization.yaml that is there is a person's: it is where patches are kept. */
async function missingFiles(ctx: ReadContext, input: BootstrapInput): Promise<Missing> {
  const files: Planned[] = []
  const advice: string[] = []
  for (const wanted of wantedFiles(input)) {
    const path = `${input.repo}/${wanted.path}`
    if (!(await ctx.files.exists(path))) files.push(wanted)
    else if ((await ctx.files.readText(path)) !== wanted.text && wanted.path.endsWith('/kustomization.yaml'))
      advice.push(`${wanted.path} stays as it is; a new one would be:\n${wanted.text}`)
    else if ((await ctx.files.readText(path)) !== wanted.text) files.push(wanted)
  }
  return { files, advice }
}

async function isSame(ctx: ReadContext, path: string, sum: string): Promise<boolean> {
  return (await ctx.files.exists(path)) && (await ctx.files.sha256(path)) === sum
}

async function thereAlready(ctx: ReadContext, namespace: string): Promise<string[]> {
  if ((await ctx.kube.get(NAMESPACE, { name: namespace })) === undefined) return []
  const deployments = await ctx.kube.list(DEPLOYMENT, { namespace })
  return [`Namespace ${namespace}`, ...deployments.map(({ metadata }) => `Deployment ${namespace}/${metadata.name}`)]
}

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** A span of time as the cluster file writes it, in ms. */
export const milliseconds = (text: string): number =>
  Math.round(
    [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce((sum, [, count, unit]) => sum + Number(count) * (MS[unit ?? ''] ?? 0), 0),
  )

/** Throws those of `flux install --export`, of the repository, and of the cluster. */
export async function makePlan(plain: ReadContext, input: BootstrapInput): Promise<BootstrapPlan> {
  const { file, repo: root, access, knownHosts } = input
  const url = file.git.url ?? ''
  const repo = { root, remote: REMOTE, branch: file.git.branch, url, source: `${file.flux.namespace}/${file.flux.namespace}` }
  const ctx = await reaching(plain, { access, repo })
  const flags = installFlags(file)
  const [identity, head, text, { files, advice }, there] = await Promise.all([
    ctx.kube.identity(),
    ctx.git.remoteHead(root, REMOTE, file.git.branch),
    generateComponents(ctx, file.flux.version, flags),
    missingFiles(ctx, input),
    thereAlready(ctx, file.flux.namespace),
  ])
  const components = { path: `${folderOf(file)}/gotk-components.yaml`, sha256: sha256(text) }
  return planSchema.parse({
    clusterUid: identity.uid,
    context: identity.context,
    kubernetes: identity.version,
    file,
    access,
    knownHosts,
    repo: { ...repo, head: head ?? '' },
    folder: folderOf(file),
    flags,
    files,
    components: { ...components, isThere: await isSame(ctx, `${root}/${components.path}`, components.sha256) },
    advice,
    there,
    tool: input.tool,
    timeoutMs: milliseconds(file.wait.timeout),
    madeAt: ctx.clock.now().toISOString(),
  } satisfies BootstrapPlan)
}
