// What the registry holds: Flux' own manifests, a chart and a folder of dashboards. Filled once a machine; later sandboxes get a copy.
import { constants } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SandboxContext } from '../../contract.ts'
import { cacheRoot, contentKey, filledFolder, isFolder } from '../cache.ts'
import { publishFluxChart } from './flux-chart.ts'
import { publishFluxManifests, pushFolder } from './flux-manifests.ts'
import { CHART, helloChart } from './hello-chart.ts'
import { hasTag, pushArtifact } from './oci-client.ts'
import { publishOperator } from './operator-artifacts.ts'
import { registryData, registryHost } from './service.ts'

// Raise when the registry would be filled with something else from the same manifests.
const GENERATION = 'registry 3'
const ALWAYS = ['2.7.3', '2.9.2']

export const DASHBOARDS = { repository: 'manifests/dashboards', tag: '1.0.0' } as const

const versions = (asked: string | null): string[] => [...new Set([...ALWAYS, ...(asked === null ? [] : [asked])])].sort()

/** The registry of an operator style holds more. */
const withOperator = (ctx: SandboxContext): boolean => ctx.state().style.startsWith('operator')

/** What is in the registry of some styles only. */
const extras = (ctx: SandboxContext): string[] => (withOperator(ctx) ? ['operator'] : ctx.state().style === 'helm' ? ['flux2 chart'] : [])

async function cachePlace(ctx: SandboxContext): Promise<string> {
  const wanted = versions(ctx.state().flux)
  const clis = wanted.map((version) => (ctx.tools[`flux-${version}`] === undefined ? 'composed' : 'exported'))
  const folders = await Promise.all(wanted.map((version) => ctx.manifestsDir(version)))
  return join(cacheRoot(), 'registry', await contentKey([GENERATION, ...extras(ctx), ...wanted, ...clis], folders))
}

/** Before the registry starts: takes a filled one from the cache where this sandbox has none yet. */
export async function copyFilledRegistry(ctx: SandboxContext): Promise<void> {
  const data = registryData(ctx)
  if (await isFolder(data)) return
  const filled = await cachePlace(ctx)
  if (!(await isFolder(filled))) return
  const part = `${data}.part`
  await rm(part, { recursive: true, force: true })
  await mkdir(ctx.paths.registry, { recursive: true, mode: 0o700 })
  await cp(filled, part, { recursive: true, mode: constants.COPYFILE_FICLONE })
  await rename(part, data)
}

const dashboard = (name: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: dashboard-${name}
  labels:
    grafana_dashboard: "1"
data:
  ${name}.json: |
    {"title": "${name}", "panels": []}
`

async function publishDashboards(ctx: SandboxContext, host: string): Promise<void> {
  if (await hasTag(host, DASHBOARDS.repository, DASHBOARDS.tag)) return
  const folder = await mkdtemp(join(ctx.paths.tmp, 'dashboards-'))
  try {
    for (const name of ['cluster', 'flux']) await writeFile(join(folder, `${name}.yaml`), dashboard(name))
    await pushFolder(ctx, folder, { ...DASHBOARDS, source: 'https://git.home.arpa/dashboards' })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function publishChart(ctx: SandboxContext, host: string): Promise<void> {
  if (await hasTag(host, CHART.repository, CHART.version)) return
  await pushArtifact(host, CHART.repository, CHART.version, await helloChart(ctx.paths.tmp))
}

/** Completes what is missing in the running registry, and keeps a copy for the next sandbox. */
export async function fillRegistry(ctx: SandboxContext): Promise<void> {
  const host = await registryHost(ctx)
  for (const version of versions(ctx.state().flux)) await publishFluxManifests(ctx, version)
  await publishChart(ctx, host)
  await publishDashboards(ctx, host)
  if (withOperator(ctx)) await publishOperator(ctx)
  if (ctx.state().style === 'helm') for (const version of versions(ctx.state().flux)) await publishFluxChart(ctx, version)
  await filledFolder(await cachePlace(ctx), async (part) => {
    await cp(registryData(ctx), part, { recursive: true, mode: constants.COPYFILE_FICLONE })
  })
}
