// `fluxcd/flux-manifests:vX` as the project's release pipeline publishes it: one folder with the output of `flux install --export`, image controllers
// included, pushed by `flux push artifact` with the tag as revision.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OpsError } from '../../../errors.ts'
import type { SandboxContext } from '../../contract.ts'
import { hasTag } from './oci-client.ts'
import { registryHost } from './service.ts'

export const FLUX_MANIFESTS = 'fluxcd/flux-manifests'
const EXTRA = 'image-reflector-controller,image-automation-controller'
const SOURCE = 'https://github.com/fluxcd/flux2'

const rename = (kind: string, name: string): object => ({
  target: { kind, name },
  patch: JSON.stringify([
    { op: 'replace', path: '/metadata/name', value: `${name}-flux-system` },
    ...(kind === 'ClusterRoleBinding' && name === 'crd-controller'
      ? [{ op: 'replace', path: '/roleRef/name', value: 'crd-controller-flux-system' }]
      : []),
  ]),
})

/** What the CLI does to the composed manifests, for a release whose CLI is not at hand. Kustomize reads JSON. */
const overlay = (version: string): string =>
  JSON.stringify({
    resources: [`github.com/fluxcd/flux2/manifests/install?ref=v${version}`],
    labels: [{ pairs: { 'app.kubernetes.io/version': `v${version}` }, includeTemplates: true }],
    patches: [
      rename('ResourceQuota', 'critical-pods'),
      rename('ClusterRole', 'crd-controller'),
      rename('ClusterRole', 'flux-edit'),
      rename('ClusterRole', 'flux-view'),
      rename('ClusterRoleBinding', 'crd-controller'),
      rename('ClusterRoleBinding', 'cluster-reconciler'),
    ],
  })

async function composed(ctx: SandboxContext, version: string, scratch: string): Promise<string> {
  const place = join(scratch, 'overlay')
  await mkdir(place)
  await writeFile(join(place, 'kustomization.yaml'), overlay(version))
  return (await ctx.run('kubectl', ['kustomize', place])).stdout
}

async function exported(ctx: SandboxContext, version: string, scratch: string): Promise<string> {
  const cli = ctx.tools[`flux-${version}`]
  if (cli === undefined) return await composed(ctx, version, scratch)
  return (await ctx.run(cli, ['install', '--export', `--components-extra=${EXTRA}`])).stdout
}

/** Any flux CLI of the sandbox: pushing an artifact is the same in all of them. */
export function anyFluxCli(ctx: SandboxContext): string {
  const key = Object.keys(ctx.tools).find((name) => name.startsWith('flux-') && !name.startsWith('flux-operator'))
  const cli = key === undefined ? undefined : ctx.tools[key]
  if (cli !== undefined) return cli
  throw new OpsError({ code: 'sandbox-tool-missing', message: 'there is no flux CLI among the tools', hints: ['flux-ops sandbox up'] })
}

/** Pushes the folder as a Flux artifact under `repository:tag`. */
export async function pushFolder(
  ctx: SandboxContext,
  folder: string,
  at: { repository: string; tag: string; source: string },
): Promise<void> {
  const url = `oci://${await registryHost(ctx)}/${at.repository}:${at.tag}`
  await ctx.run(anyFluxCli(ctx), ['push', 'artifact', url, `--path=${folder}`, `--source=${at.source}`, `--revision=${at.tag}`])
}

/** Puts the release's manifests into the registry unless the tag is there. Version without `v`. */
export async function publishFluxManifests(ctx: SandboxContext, version: string): Promise<void> {
  const tag = `v${version}`
  if (await hasTag(await registryHost(ctx), FLUX_MANIFESTS, tag)) return
  const scratch = await mkdtemp(join(ctx.paths.tmp, 'flux-manifests-'))
  try {
    const folder = join(scratch, 'flux-system')
    await mkdir(folder)
    await writeFile(join(folder, 'gotk-components.yaml'), await exported(ctx, version, scratch))
    await pushFolder(ctx, folder, { repository: FLUX_MANIFESTS, tag, source: SOURCE })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
