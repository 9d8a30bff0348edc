// From an empty cluster to one that the Flux Operator keeps: the operator's manifests, the Secrets that it needs, and the FluxInstance that is in git.
import { mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { KubeObject } from '../../../ports/kube.ts'
import type { SandboxContext } from '../../contract.ts'
import { FLUX_NAMESPACE, parseObjects } from '../../flux-manifests.ts'
import { gitRemote } from '../git-service.ts'
import { INSTANCE_DEFAULTS } from '../registry/instance-chart.ts'
import { operatorData, operatorModule } from '../registry/operator-artifacts.ts'
import { asCharted, operatorInstall } from '../registry/operator-chart.ts'
import { secretManifest } from './content.ts'
import { listText, ofRelease } from './helm-ownership.ts'
import { applyText } from './history.ts'
import { AGE_SECRET, INSTANCE_FILE, PULL_SECRET } from './operator-content.ts'
import { INSTANCE_RELEASE_FILE } from './operator-helm-content.ts'
import { ageKey } from './sealing.ts'

type OperatorStyle = 'operator' | 'operator-helm'

const INSTANCE_READY_MS = 240_000

/** What the image has in /data, where the node agent starts the operator with its storage. */
export async function linkData(ctx: SandboxContext): Promise<void> {
  const folder = join(ctx.paths.controllers, 'flux-operator', 'data')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const name of ['flux', 'flux-images']) {
    await symlink(join(await operatorData(ctx), name), join(folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

/** The FluxInstance that the chart makes of the values in git. */
async function instanceOfRelease(ctx: SandboxContext): Promise<KubeObject> {
  const release = parse(await readFile(join(ctx.paths.repo, INSTANCE_RELEASE_FILE), 'utf8'))
  const { distribution, sync, ...rest } = release.spec.values.instance
  return {
    apiVersion: 'fluxcd.controlplane.io/v1',
    kind: 'FluxInstance',
    metadata: { name: 'flux', namespace: FLUX_NAMESPACE },
    spec: {
      ...rest,
      distribution: { ...INSTANCE_DEFAULTS.distribution, ...distribution },
      sync: { ...INSTANCE_DEFAULTS.sync, ...sync },
    },
  }
}

async function applyOperator(ctx: SandboxContext, style: OperatorStyle): Promise<void> {
  const objects = parseObjects(await operatorInstall(ctx, await operatorModule(ctx)))
  const namespace = objects.filter((object) => object.kind === 'Namespace')
  const rest = objects.filter((object) => object.kind !== 'Namespace')
  await applyText(ctx, listText([...namespace, ...(style === 'operator-helm' ? ofRelease(asCharted(rest), 'flux-operator') : rest)]))
  const args = ['--namespace', FLUX_NAMESPACE, 'rollout', 'status', 'deployment/flux-operator', '--timeout=120s']
  await ctx.run('kubectl', args, { timeoutMs: 125_000 })
}

/** Ends when the FluxInstance is Ready. */
export async function startOperator(ctx: SandboxContext, style: OperatorStyle): Promise<void> {
  await linkData(ctx)
  ctx.progress({ mark: '►', text: 'kubectl apply --server-side: the Flux Operator' })
  await applyOperator(ctx, style)
  const remote = await gitRemote(ctx)
  const key = await ageKey(ctx)
  await applyText(ctx, secretManifest({ name: AGE_SECRET, data: { 'age.agekey': key.text } }))
  await applyText(ctx, secretManifest({ name: PULL_SECRET, data: { username: remote.user, password: remote.password } }))
  ctx.progress({ mark: '►', text: 'kubectl apply --server-side: FluxInstance flux' })
  if (style === 'operator') await applyText(ctx, await readFile(join(ctx.paths.repo, INSTANCE_FILE), 'utf8'))
  else await applyText(ctx, listText(ofRelease([await instanceOfRelease(ctx)], 'flux-instance')))
  const wait = [
    '--namespace',
    FLUX_NAMESPACE,
    'wait',
    'fluxinstance/flux',
    '--for=condition=Ready',
    `--timeout=${INSTANCE_READY_MS / 1000}s`,
  ]
  await ctx.run('kubectl', wait, { timeoutMs: INSTANCE_READY_MS + 5_000 })
}
