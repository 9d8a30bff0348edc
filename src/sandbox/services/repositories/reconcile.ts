// From an empty cluster to one that follows its repository, the way each style is set up by hand.
import { join } from 'node:path'
import { OpsError } from '../../../errors.ts'
import type { SandboxContext, SeedOptions } from '../../contract.ts'
import { crdsEstablished } from '../../flux-install.ts'
import { gitRemote } from '../git-service.ts'
import { CLUSTER_PATH } from './bootstrap-content.ts'
import { secretManifest } from './content.ts'
import { startHelm } from './helm-start.ts'
import { applyText, liveThroughOldRelease } from './history.ts'
import { SYNC } from './operator-helm-content.ts'
import { startOperator } from './operator-start.ts'
import { untilAllReady } from './readiness.ts'
import { ageKey, open } from './sealing.ts'

const kustomizations = (...names: string[]): string[] => names.map((name) => `Kustomization flux-system/${name}`)

const PIN = [
  'GitRepository flux-system/home-cluster',
  'OCIRepository flux-system/flux-manifests',
  'OCIRepository flux-system/dashboards',
  ...kustomizations('flux', 'cluster', 'cluster-apps', 'cluster-apps-volumes', 'cluster-apps-hello', 'cluster-apps-dashboards'),
  'HelmRelease default/hello',
]

const BOOTSTRAP = [
  'GitRepository flux-system/flux-system',
  'OCIRepository flux-system/dashboards',
  ...kustomizations('flux-system', 'infrastructure', 'apps', 'dashboards'),
  'HelmRelease default/hello',
]

const OPERATOR_HELM = [
  `GitRepository flux-system/${SYNC}`,
  'OCIRepository flux-system/dashboards',
  ...kustomizations(SYNC, 'cluster-apps', 'flux-operator', 'flux-instance'),
  ...kustomizations('cluster-apps-volumes', 'cluster-apps-hello', 'cluster-apps-dashboards'),
  'HelmRelease flux-system/flux-operator',
  'HelmRelease flux-system/flux-instance',
  'HelmRelease default/hello',
]

const HELM = [...BOOTSTRAP, 'OCIRepository flux-system/flux2', 'HelmRelease flux-system/flux2']

const EXPECTED: Readonly<Record<SeedOptions['style'], readonly string[]>> = {
  pin: PIN,
  bootstrap: BOOTSTRAP,
  operator: BOOTSTRAP,
  'operator-helm': OPERATOR_HELM,
  helm: HELM,
}

async function startPin(ctx: SandboxContext): Promise<void> {
  const repo = (path: string): string => join(ctx.paths.repo, path)
  ctx.progress({ mark: '►', text: 'kubectl apply --server-side --kustomize cluster/bootstrap' })
  await ctx.run('kubectl', ['apply', '--server-side', '--kustomize', repo('cluster/bootstrap')])
  for (const name of ['age-key', 'github-deploy-key']) {
    const clear = await open(ctx, repo(`cluster/bootstrap/${name}.sops.yaml`))
    await ctx.run('kubectl', ['apply', '--filename', '-'], { stdin: clear })
  }
  await crdsEstablished(ctx, ['--selector=app.kubernetes.io/part-of=flux'])
  ctx.progress({ mark: '►', text: 'kubectl apply --server-side --kustomize cluster/flux/config' })
  await ctx.run('kubectl', ['apply', '--server-side', '--kustomize', repo('cluster/flux/config')])
}

async function startBootstrap(ctx: SandboxContext, fluxVersion: string): Promise<void> {
  const cli = ctx.tools[`flux-${fluxVersion}`]
  if (cli === undefined) {
    throw new OpsError({
      code: 'sandbox-tool-missing',
      message: `style bootstrap needs the flux CLI ${fluxVersion}, which is not among the tools`,
      hints: ['flux-ops sandbox up --style bootstrap --flux 2.7.3'],
      exit: 'usage',
    })
  }
  const remote = await gitRemote(ctx)
  const key = await ageKey(ctx)
  await applyText(ctx, 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: flux-system\n')
  await applyText(ctx, secretManifest({ name: 'sops-age', data: { 'age.agekey': key.text } }))
  ctx.progress({ mark: '►', text: `flux bootstrap git --path=${CLUSTER_PATH}` })
  const args = [`--url=${remote.url}`, '--branch=main', `--path=${CLUSTER_PATH}`, '--token-auth', `--username=${remote.user}`]
  const env = { GIT_PASSWORD: remote.password }
  await ctx.run(cli, ['bootstrap', 'git', ...args, '--allow-insecure-http', '--silent', '--timeout=3m'], { env, timeoutMs: 240_000 })
  await ctx.run('git', ['-C', ctx.paths.repo, 'pull', '--quiet', '--ff-only'])
}

/** Ends when every Flux object is Ready. Throws OpsError `sandbox-not-ready` with what is not. */
export async function startReconciling(ctx: SandboxContext, options: SeedOptions): Promise<void> {
  const { style, fluxVersion } = options
  await liveThroughOldRelease(ctx, options)
  if (style === 'pin') await startPin(ctx)
  else if (style === 'bootstrap') await startBootstrap(ctx, fluxVersion)
  else if (style === 'helm') await startHelm(ctx, fluxVersion)
  else await startOperator(ctx, style)
  ctx.progress({ mark: '◎', text: 'all Flux objects ready' })
  await untilAllReady(ctx, EXPECTED[style])
}
