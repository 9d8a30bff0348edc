// A small app that shows that Flux applies: a namespace and a ConfigMap, so that nothing has to be pulled. Its variable stands inside of a sentence:
// alone, a name like 123 would become a number, which no ConfigMap takes.
import { kustomizationText, manifests } from './manifest.ts'
import { kustomization, type Variables } from './objects.ts'
import { join } from './places.ts'
import type { Plot } from './plot.ts'
import { hasVariable, SECRETS, SETTINGS } from './variables.ts'

export const APP = 'sample-app'
const NAMESPACE = 'sample'
const GONE = 'Shows that Flux applies. To be rid of it, delete this folder and its line in the kustomization.yaml above it.'

const namespaceText = (says: readonly string[] = []): string =>
  manifests({ says, object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } } })

function messageOf(plot: Plot, variables: Variables): string {
  const has = (from: string, name: string): boolean => variables.some((each) => each.name === from) && hasVariable(plot, name)
  if (has(SETTINGS, 'CLUSTER_NAME')) return `applied by Flux to cluster \${CLUSTER_NAME}`
  return has(SECRETS, 'SECRET_DOMAIN') ? `applied by Flux for \${SECRET_DOMAIN}` : 'applied by Flux'
}

const configMapText = (message: string): string =>
  manifests({
    object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: APP, namespace: NAMESPACE }, data: { message } },
  })

const WHY = 'the sample app'

/** Namespace and ConfigMap in one folder below `parent`; that folder. */
export function layPlainApp(plot: Plot, parent: string, variables: Variables): string {
  const { draft } = plot
  const folder = join(parent, APP)
  if (draft.holdsManifests(folder)) return folder
  draft.add(join(folder, 'kustomization.yaml'), kustomizationText(['./namespace.yaml', './configmap.yaml'], [GONE]), WHY)
  draft.add(join(folder, 'namespace.yaml'), namespaceText(), WHY)
  draft.add(join(folder, 'configmap.yaml'), configMapText(messageOf(plot, variables)), WHY)
  return folder
}

/** In three levels: a folder for the namespace, in it a Kustomization for the app, below it what the app is. The folder of the namespace. */
export function layNamespacedApp(plot: Plot, parent: string, variables: Variables): string {
  const { draft, setting } = plot
  const folder = join(parent, NAMESPACE)
  if (draft.holdsManifests(folder)) return folder
  const app = join(folder, APP, 'app')
  const bare = { ...setting, decryption: undefined }
  const applied = kustomization(bare, {
    name: `cluster-apps-${APP}`,
    folder: app,
    interval: '30m',
    says: variables.length === 0 ? [] : ['Decryption and variables come from the patches of cluster-apps.'],
  })
  draft.add(join(folder, 'kustomization.yaml'), kustomizationText(['./namespace.yaml', `./${APP}/ks.yaml`], [GONE]), WHY)
  draft.add(join(folder, 'namespace.yaml'), namespaceText(), WHY)
  draft.add(join(folder, APP, 'ks.yaml'), manifests(applied), WHY)
  draft.add(join(app, 'kustomization.yaml'), kustomizationText(['./configmap.yaml']), WHY)
  draft.add(join(app, 'configmap.yaml'), configMapText(messageOf(plot, variables)), WHY)
  return folder
}
