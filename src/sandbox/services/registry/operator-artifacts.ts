// What ghcr.io holds of the Flux Operator, in the sandbox's registry: its distribution of Flux, which the operator fetches, and the two charts
// that people install it with. The distribution is the operator's own data folder, as its releases publish it.
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { compare } from 'semver'
import type { SandboxContext } from '../../contract.ts'
import { pushFolder } from './flux-manifests.ts'
import { instanceChart } from './instance-chart.ts'
import { hasTag, pushArtifact } from './oci-client.ts'
import { operatorChart, operatorInstall } from './operator-chart.ts'
import { registryHost } from './service.ts'

export const OPERATOR_VERSION = '0.58.1'
export const OPERATOR_MANIFESTS = 'controlplaneio-fluxcd/flux-operator-manifests'
export const OPERATOR_CHARTS = 'controlplaneio-fluxcd/charts'
const SOURCE = 'https://github.com/controlplaneio-fluxcd/flux-operator'

/** A distribution as it was before Flux 2.8: its tag is the operator's that it came with. */
export const OLD_DISTRIBUTION = { tag: 'v0.37.1', newest: '2.7.5' } as const

/** The folder of the operator's module in the module cache: config/data/flux/vX is three levels below its config. */
export const operatorModule = async (ctx: Pick<SandboxContext, 'manifestsDir'>): Promise<string> =>
  dirname(dirname(dirname(dirname(await ctx.manifestsDir('2.9.2')))))

/** What the operator's image has in /data. */
export const operatorData = async (ctx: Pick<SandboxContext, 'manifestsDir'>): Promise<string> =>
  join(await operatorModule(ctx), 'config', 'data')

/** `newest`: the newest release of Flux that it holds; all that the operator's own image has where none is said. */
export async function publishDistribution(ctx: SandboxContext, tag: string, newest?: string): Promise<void> {
  if (await hasTag(await registryHost(ctx), OPERATOR_MANIFESTS, tag)) return
  const data = await operatorData(ctx)
  const at = { repository: OPERATOR_MANIFESTS, tag, source: SOURCE }
  const part = await mkdtemp(join(ctx.paths.tmp, 'distribution-'))
  try {
    for (const kind of ['flux', 'flux-images']) {
      await mkdir(join(part, kind))
      const versions = (await readdir(join(data, kind))).filter(
        (name) => name.startsWith('v') && (newest === undefined || compare(name, newest) <= 0),
      )
      for (const version of versions) await cp(join(data, kind, version), join(part, kind, version), { recursive: true })
    }
    await mkdir(join(part, 'flux-operator'))
    await writeFile(join(part, 'flux-operator', 'install.yaml'), await operatorInstall(ctx, await operatorModule(ctx)))
    await pushFolder(ctx, part, at)
  } finally {
    await rm(part, { recursive: true, force: true })
  }
}

export async function publishOperator(ctx: SandboxContext): Promise<void> {
  const host = await registryHost(ctx)
  await publishDistribution(ctx, `v${OPERATOR_VERSION}`)
  await publishDistribution(ctx, OLD_DISTRIBUTION.tag, OLD_DISTRIBUTION.newest)
  const charts = { 'flux-operator': operatorChart, 'flux-instance': instanceChart }
  for (const [name, make] of Object.entries(charts)) {
    const repository = `${OPERATOR_CHARTS}/${name}`
    if (await hasTag(host, repository, OPERATOR_VERSION)) continue
    await pushArtifact(host, repository, OPERATOR_VERSION, await make(ctx, await operatorModule(ctx), OPERATOR_VERSION))
  }
}
