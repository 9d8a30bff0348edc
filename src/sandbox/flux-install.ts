// Puts a Flux release, or only its CRDs, into the sandbox with server-side apply, as kubectl does it.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KubeObject } from '../ports/kube.ts'
import type { SandboxContext } from './contract.ts'
import { composeInstall, crdsOf, DEFAULT_COMPONENTS, FLUX_NAMESPACE, parseObjects, SHARED_FILES } from './flux-manifests.ts'
import { waitUntil } from './processes.ts'

const FIELD_MANAGER = 'flux'

/** The objects of `flux install --export` for a release; version without `v`. */
export async function fluxObjects(ctx: Pick<SandboxContext, 'manifestsDir'>, version: string): Promise<KubeObject[]> {
  return composeInstall(await releaseObjects(ctx, version), version)
}

/** Namespace, CRDs, default components, RBAC and policies; returns once every Deployment is rolled out. */
export async function installFlux(ctx: SandboxContext, version: string, waitMs = 120_000): Promise<void> {
  const objects = await fluxObjects(ctx, version)
  const first = objects.filter((object) => object.kind === 'Namespace' || object.kind === 'CustomResourceDefinition')
  await apply(ctx, first)
  await established(ctx, crdsOf(first))
  await apply(
    ctx,
    objects.filter((object) => !first.includes(object)),
  )
  const timeout = `--timeout=${Math.ceil(waitMs / 1000)}s`
  const deployments = objects.filter((object) => object.kind === 'Deployment').map((object) => `deployment/${object.metadata.name}`)
  for (const name of deployments) {
    await ctx.run('kubectl', ['--namespace', FLUX_NAMESPACE, 'rollout', 'status', name, timeout], { timeoutMs: waitMs + 5000 })
  }
}

/** Only the CRDs of a release, unchanged: gives `status.storedVersions` a history. */
export async function applyCrds(ctx: SandboxContext, version: string): Promise<void> {
  const crds = crdsOf(await releaseObjects(ctx, version))
  await apply(ctx, crds)
  await established(ctx, crds)
}

async function releaseObjects(ctx: Pick<SandboxContext, 'manifestsDir'>, version: string): Promise<KubeObject[]> {
  const dir = await ctx.manifestsDir(version)
  const texts = await Promise.all([...SHARED_FILES, ...DEFAULT_COMPONENTS].map((name) => readFile(join(dir, `${name}.yaml`), 'utf8')))
  return texts.flatMap(parseObjects)
}

async function apply(ctx: SandboxContext, objects: readonly KubeObject[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
  const args = ['apply', '--server-side', '--force-conflicts', `--field-manager=${FIELD_MANAGER}`, '--filename=-']
  await ctx.run('kubectl', args, { stdin: list })
}

const ESTABLISHED_WITHIN_MS = 60_000

/**
 * Waits until the CRDs that `which` names (`crd/…` or a selector) are established. `kubectl wait` will not do: it fails on a CRD so young that it has no
 * conditions at all.
 */
export async function crdsEstablished(ctx: Pick<SandboxContext, 'run'>, which: readonly string[]): Promise<void> {
  const probe = async (): Promise<boolean> => {
    const { stdout } = await ctx.run('kubectl', ['get', 'crd', ...which, '--output=json'])
    const answer = JSON.parse(stdout) as KubeObject & { items?: KubeObject[] }
    const crds = answer.items ?? [answer]
    return crds.length > 0 && crds.every((crd) => isTrue(crd, 'Established'))
  }
  await waitUntil('the CRDs to be established', probe, { withinMs: ESTABLISHED_WITHIN_MS })
}

const isTrue = (object: KubeObject, type: string): boolean =>
  (object.status?.conditions ?? []).some((each: { type?: string; status?: string }) => each.type === type && each.status === 'True')

const established = (ctx: SandboxContext, crds: readonly KubeObject[]): Promise<void> =>
  crdsEstablished(
    ctx,
    crds.map((crd) => crd.metadata.name),
  )
