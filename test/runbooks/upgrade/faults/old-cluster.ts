// A cluster that was left at an old release: its CRDs, its Deployments, objects stored at its versions, and the repository that it follows.
// Its controllers cannot be had; what they would have written is not needed for a refusal.
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { SandboxContext } from '../../../../src/sandbox/index.ts'
import { ensureBareRepository } from '../../../../src/sandbox/services/bare-repository.ts'
import { gitRemote } from '../../../../src/sandbox/services/index.ts'

const files = (version: string, url: string): Record<string, string> => ({
  'cluster/bootstrap/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - github.com/fluxcd/flux2/manifests/install?ref=v${version}
`,
  'cluster/flux/cluster.yaml': `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: home, namespace: flux-system}
spec: {interval: 1h, url: "${url}", ref: {branch: main}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: cluster, namespace: flux-system}
spec: {interval: 1h, path: ./cluster/flux, prune: true, sourceRef: {kind: GitRepository, name: home}}
`,
  'cluster/flux/hello.yaml': `apiVersion: source.toolkit.fluxcd.io/v1beta2
kind: HelmRepository
metadata: {name: charts, namespace: flux-system}
spec: {interval: 1h, url: "https://charts.invalid"}
---
apiVersion: helm.toolkit.fluxcd.io/v2beta2
kind: HelmRelease
metadata: {name: hello, namespace: flux-system}
spec: {interval: 1h, chart: {spec: {chart: hello, sourceRef: {kind: HelmRepository, name: charts}}}}
`,
})

const OBJECTS = [
  ['gitrepositories.source.toolkit.fluxcd.io', 'home'],
  ['kustomizations.kustomize.toolkit.fluxcd.io', 'cluster'],
  ['helmrepositories.source.toolkit.fluxcd.io', 'charts'],
  ['helmreleases.helm.toolkit.fluxcd.io', 'hello'],
] as const

/** Under way since long ago: nobody waits for it to settle. */
const LEFT_ALONE = JSON.stringify({
  status: {
    observedGeneration: 1,
    conditions: [
      { type: 'Ready', status: 'Unknown', reason: 'Progressing', message: 'in progress', lastTransitionTime: '2024-02-01T00:00:00Z' },
    ],
  },
})

export async function seedOldCluster(ctx: SandboxContext, version: string): Promise<void> {
  await ctx.applyCrds(version)
  const { url } = await gitRemote(ctx)
  await ensureBareRepository(ctx)
  const part = `${ctx.paths.repo}.part`
  await ctx.run('git', ['clone', '--quiet', url, part])
  for (const [path, text] of Object.entries(files(version, url))) {
    await mkdir(dirname(join(part, path)), { recursive: true })
    await writeFile(join(part, path), text)
  }
  await ctx.run('git', ['-C', part, 'add', '--all'])
  await ctx.run('git', ['-C', part, 'commit', '--quiet', '-m', `feat: home on Flux ${version}`])
  await ctx.run('git', ['-C', part, 'push', '--quiet', '--set-upstream', 'origin', 'HEAD:main'])
  await rename(part, ctx.paths.repo)
  await ctx.run('kubectl', ['apply', '--server-side', '--force-conflicts', '--kustomize', join(ctx.paths.repo, 'cluster/bootstrap')])
  for (const file of ['cluster.yaml', 'hello.yaml']) {
    await ctx.run('kubectl', ['apply', '--server-side', '--filename', join(ctx.paths.repo, 'cluster/flux', file)])
  }
  for (const [kind, name] of OBJECTS) {
    await ctx.run('kubectl', ['-n', 'flux-system', 'patch', kind, name, '--subresource=status', '--type=merge', '--patch', LEFT_ALONE])
  }
}
