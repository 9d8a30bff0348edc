// From an empty cluster to one whose Flux is a Helm release: the chart's objects as `helm install` leaves them, and the sync that is in git.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KubeObject } from '../../../ports/kube.ts'
import type { SandboxContext } from '../../contract.ts'
import { crdsEstablished } from '../../flux-install.ts'
import { crdsOf } from '../../flux-manifests.ts'
import { gitRemote } from '../git-service.ts'
import { chartObjects } from '../registry/flux-chart.ts'
import { namespaceManifest } from './applications.ts'
import { secretManifest } from './content.ts'
import { GIT_SECRET, RELEASE, SOPS_SECRET, SYNC_FILE, TUNED } from './helm-content.ts'
import { listText, ofRelease } from './helm-ownership.ts'
import { applyText } from './history.ts'
import { ageKey } from './sealing.ts'

/** With the values that are in git, so that the first reconcile of the HelmRelease restarts nothing. */
function tuned(object: KubeObject): KubeObject {
  if (object.kind !== 'Deployment' || !TUNED.controllers.includes(object.metadata.name)) return object
  const { template } = object.spec
  const containers = template.spec.containers.map((each: { args: string[] }) => ({ ...each, args: [...each.args, ...TUNED.args] }))
  return { ...object, spec: { ...object.spec, template: { ...template, spec: { ...template.spec, containers } } } }
}

async function installed(ctx: SandboxContext, objects: readonly KubeObject[]): Promise<void> {
  const args = ['apply', '--server-side', '--force-conflicts', '--field-manager=helm', '--filename=-']
  await ctx.run('kubectl', args, { stdin: listText(ofRelease(objects, RELEASE)) })
}

/** Ends when the controllers run and have the sync. */
export async function startHelm(ctx: SandboxContext, fluxVersion: string): Promise<void> {
  ctx.progress({ mark: '►', text: `helm install ${RELEASE}: its objects, applied by kubectl` })
  await applyText(ctx, namespaceManifest('flux-system'))
  const objects = (await chartObjects(ctx, fluxVersion)).map(tuned)
  const crds = crdsOf(objects)
  await installed(ctx, crds)
  await crdsEstablished(
    ctx,
    crds.map((crd) => crd.metadata.name),
  )
  await installed(
    ctx,
    objects.filter((object) => !crds.includes(object)),
  )
  const remote = await gitRemote(ctx)
  const key = await ageKey(ctx)
  await applyText(ctx, secretManifest({ name: SOPS_SECRET, data: { 'age.agekey': key.text } }))
  await applyText(ctx, secretManifest({ name: GIT_SECRET, data: { username: remote.user, password: remote.password } }))
  ctx.progress({ mark: '►', text: `kubectl apply --server-side: ${SYNC_FILE}` })
  await applyText(ctx, await readFile(join(ctx.paths.repo, SYNC_FILE), 'utf8'))
}
