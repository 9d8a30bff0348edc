// A cluster that has lived: its CRDs came with an older release, and an object was stored in a version that was the storage version then.

import { compare } from 'semver'
import type { SandboxContext, SeedOptions } from '../../contract.ts'
import { crdsEstablished } from '../../flux-install.ts'
import { registryHost } from '../registry/service.ts'
import { dashboardsSource, namespaceManifest } from './applications.ts'

/** OCIRepository is stored as v1beta2 up to this minor, as v1 from the next one on. */
export const OLD_RELEASE = '2.5.1'
const CRD = 'ocirepositories.source.toolkit.fluxcd.io'

/** What `kubectl apply --server-side` takes from standard input. */
export const applyText = async (ctx: SandboxContext, manifest: string): Promise<void> => {
  await ctx.run('kubectl', ['apply', '--server-side', '--filename', '-'], { stdin: manifest })
}

/** Whether a release no longer serves the versions of sources that were stored then: no cluster came to it in one step. */
export const servesNoOldSources = (fluxVersion: string): boolean => compare(fluxVersion, '2.8.0') >= 0

/**
 * After this and the CRDs of `fluxVersion`, status.storedVersions of the OCIRepository CRD is [v1beta2, v1]. Does nothing where the CRD is already newer,
 * or the asked release is as old or too new for it.
 */
export async function liveThroughOldRelease(ctx: SandboxContext, { style, fluxVersion }: SeedOptions): Promise<void> {
  if (compare(fluxVersion, '2.6.0') < 0 || servesNoOldSources(fluxVersion)) return
  const crd = await ctx.run('kubectl', ['get', 'crd', CRD, '--ignore-not-found', '--output', 'jsonpath={.spec.versions[*].name}'])
  if (crd.stdout.split(' ').includes('v1')) return
  // Who applied them matters: the next apply of the style must meet fields of its own manager.
  if (style !== 'pin') await ctx.applyCrds(OLD_RELEASE)
  else await ctx.run('kubectl', ['apply', '--server-side', '--kustomize', `github.com/fluxcd/flux2/manifests/crds?ref=v${OLD_RELEASE}`])
  await crdsEstablished(ctx, [CRD])
  await applyText(ctx, namespaceManifest('flux-system'))
  await applyText(ctx, dashboardsSource(await registryHost(ctx)))
}
