// Which version of the chart holds a release of Flux: asked of the repository that the cluster itself takes it from, never worked out.
import semver from 'semver'
import { messageOf, OpsError } from '../errors.ts'
import type { ChartAddress } from '../ports/charts.ts'
import type { ReadContext } from '../ports/context.ts'

export type FoundChart =
  | { readonly status: 'found'; readonly version: string }
  /** The repository was read, and the answer is no. */
  | { readonly status: 'missing'; readonly why: string }
  | { readonly status: 'unknown'; readonly why: string }

/** So many versions are looked into, from the newest on. */
const LIMIT = 60

/** `2.9.2` of `v2.9.2`; what is no version is as it is. */
const plain = (version: string): string => semver.valid(version) ?? version

async function newestWith(ctx: ReadContext, chart: ChartAddress, flux: string): Promise<FoundChart> {
  const versions = (await ctx.charts.versions(chart)).filter((each) => semver.valid(each) !== null && semver.prerelease(each) === null)
  const newestFirst = semver.rsort(versions)
  if (newestFirst.length === 0) return { status: 'unknown', why: `${chart.url} has no version of chart ${chart.name} that can be read` }
  for (const version of newestFirst.slice(0, LIMIT)) {
    const holds = await ctx.charts.appVersion(chart, version)
    if (holds !== undefined && plain(holds) === flux) return { status: 'found', version }
    // Newer charts hold newer releases: what is older than this one holds no newer release than it.
    if (holds !== undefined && semver.valid(holds) !== null && semver.lt(holds, flux)) break
  }
  return { status: 'missing', why: `${chart.url} has no version of chart ${chart.name} that holds Flux ${flux}` }
}

async function holds(ctx: ReadContext, chart: ChartAddress, version: string, flux: string): Promise<FoundChart> {
  const said = await ctx.charts.appVersion(chart, version)
  if (said !== undefined && plain(said) === flux) return { status: 'found', version }
  return {
    status: 'missing',
    why: `chart ${chart.name} ${version} of ${chart.url} ${said === undefined ? 'is not there' : `holds Flux ${said}`}`,
  }
}

/** The newest version of the chart that holds the release, or whether the one that a person names does. */
export async function findChart(ctx: ReadContext, chart: ChartAddress, flux: string, named?: string): Promise<FoundChart> {
  try {
    return named === undefined ? await newestWith(ctx, chart, flux) : await holds(ctx, chart, named, flux)
  } catch (error) {
    if (error instanceof OpsError) return { status: 'unknown', why: messageOf(error) }
    throw error
  }
}
