// Layout `layers`: infrastructure, operators, core and apps, each applied once those before it are healthy, with repositories and variables beside.
import { clusterFile, layConfig, layRoot } from './entry.ts'
import { manifests, yamlOf } from './manifest.ts'
import { layPodMonitor } from './monitors.ts'
import { type Applied, childPatches, kustomization } from './objects.ts'
import { asPath, join } from './places.ts'
import type { Plot } from './plot.ts'
import { layPlainApp } from './sample-app.ts'
import { type VariableFolder, variablesOf } from './variables.ts'

interface Layer {
  readonly file: string
  readonly folder: string
  readonly interval: string
  readonly after: readonly string[]
  readonly wait: boolean
  readonly holds: string
}

/** Files, folders, intervals and order that people know. */
const LAYERS: readonly Layer[] = [
  { file: 'infrastructure', folder: 'infra', interval: '30m', after: [], wait: true, holds: 'network, storage, monitoring' },
  { file: 'operators', folder: 'operators', interval: '30m', after: ['infrastructure'], wait: true, holds: 'operators and their CRDs' },
  {
    file: 'core',
    folder: 'core',
    interval: '30m',
    after: ['infrastructure', 'operators'],
    wait: true,
    holds: 'services that applications need: certificates, DNS, identity',
  },
  { file: 'apps', folder: 'apps', interval: '15m', after: ['infrastructure', 'core'], wait: false, holds: 'applications' },
]

const layerFile = ({ places }: Plot, file: string): string => join(places.flux, `${file}.yaml`)

const nameOf = (plot: Plot, file: string): string => plot.draft.nameIn(layerFile(plot, file), `cluster-${file}`)

function layLayer(plot: Plot, layer: Layer, { variables }: VariableFolder): void {
  const { draft, places, setting, file } = plot
  const folder = join(places.root, layer.folder)
  const optOut = file.layout.substitutionOptOut
  const applied: Applied = {
    name: nameOf(plot, layer.file),
    folder,
    interval: layer.interval,
    wait: layer.wait,
    says: [`${asPath(folder)}: ${layer.holds}.`],
    dependsOn: layer.after.map((each) => nameOf(plot, each)),
    variables,
    patches: optOut ? childPatches(setting, variables, optOut, yamlOf) : [],
  }
  const ours = draft.add(layerFile(plot, layer.file), manifests(kustomization(setting, applied)), `the layer ${layer.file}`)
  if (!ours && !draft.appliesFolder(layerFile(plot, layer.file), folder)) return
  const sample = layer.file === 'apps' && file.layout.sampleApp ? [layPlainApp(plot, folder, ours ? variables : [])] : []
  const monitors = layer.file === 'core' ? layPodMonitor(plot, folder) : []
  draft.leaf({
    folder,
    lists: [...sample, ...monitors],
    why: `what is applied of the layer ${layer.file}`,
    says: [`${layer.holds}: list them here.`],
  })
}

export function layRepositories({ draft, places }: Plot, kinds: readonly string[]): readonly string[] {
  return kinds.flatMap((kind) => {
    const says = [kind === 'helm' ? 'HelmRepository objects, interval 2h: list them here.' : 'OCIRepository objects: list them here.']
    return draft.leaf({ folder: join(places.flux, 'repositories', kind), lists: [], why: `sources of kind ${kind}`, says })
  })
}

export function layLayers(plot: Plot): void {
  const { places, file } = plot
  const settings = { CLUSTER_NAME: file.metadata.name, CLUSTER_DOMAIN: file.flux.clusterDomain }
  const vars = variablesOf(plot, { settings, secrets: { SECRET_EXAMPLE: 'change me' } }, clusterFile(plot))
  const config = layConfig(plot, vars)
  for (const layer of LAYERS) layLayer(plot, layer, vars)
  const lists = [...layRepositories(plot, ['helm', 'oci']), ...vars.lists, ...LAYERS.map((layer) => layerFile(plot, layer.file))]
  layRoot(plot, { config, lists, vars, folders: LAYERS.map(({ folder }) => join(places.root, folder)) })
}
