// Layout `oci`: Flux keeps itself by its OCI artifact, and applications lie in three levels: namespace, app, what the app is.
import { clusterFile, layConfig, layRoot } from './entry.ts'
import { layRepositories } from './layers.ts'
import { manifests, yamlOf } from './manifest.ts'
import { type Applied, childPatches, kustomization } from './objects.ts'
import { asPath, join } from './places.ts'
import type { Plot } from './plot.ts'
import { layNamespacedApp } from './sample-app.ts'
import { type VariableFolder, variablesOf } from './variables.ts'

const SECRETS = { SECRET_DOMAIN: 'example.com', SECRET_ACME_EMAIL: 'admin@example.com' }

function layApps(plot: Plot, { variables }: VariableFolder): string {
  const { draft, places, setting, file } = plot
  const folder = join(places.root, 'apps')
  const path = join(places.flux, 'apps.yaml')
  const applied: Applied = {
    name: draft.nameIn(path, 'cluster-apps'),
    folder,
    interval: '30m',
    wait: false,
    says: [`${asPath(folder)}: a folder for each namespace. Its patches let the Kustomizations below decrypt and substitute.`],
    variables,
    patches: childPatches(setting, variables, file.layout.substitutionOptOut, yamlOf),
  }
  const ours = draft.add(path, manifests(kustomization(setting, applied)), 'the root of all applications')
  if (!ours && !draft.appliesFolder(path, folder)) return path
  const sample = file.layout.sampleApp ? [layNamespacedApp(plot, folder, ours ? variables : [])] : []
  draft.leaf({ folder, lists: sample, why: 'what is applied of the applications', says: ['Folders of namespaces: list them here.'] })
  return path
}

export function layOci(plot: Plot): void {
  const { places } = plot
  const vars = variablesOf(plot, { secrets: SECRETS }, clusterFile(plot))
  const config = layConfig(plot, vars, { variables: vars.variables })
  const lists = [...layRepositories(plot, ['helm']), ...vars.lists, layApps(plot, vars)]
  layRoot(plot, { config, lists, vars, folders: [join(places.root, 'apps')] })
}
