// Variables of the cluster: a ConfigMap and a sealed Secret in `vars`, applied by a Kustomization of their own. What substitutes from them fails
// while they are not there, and what holds back the Kustomization that brings them would hold them back for ever.
import { type Manifest, manifests } from './manifest.ts'
import { kustomization, type Variables } from './objects.ts'
import { join } from './places.ts'
import type { Plot } from './plot.ts'

export const SETTINGS = 'cluster-settings'
export const SECRETS = 'cluster-secrets'
const VARS = 'cluster-vars'

export interface VariableFolder {
  readonly variables: Variables
  /** The Kustomization that applies them, and its name; undefined where there are none, or something else applied them before. */
  readonly applied?: { readonly name: string; readonly manifest: Manifest; readonly folder: string }
  /** What Kustomization `cluster` has to list of them where it applies them itself. */
  readonly lists: readonly string[]
}

interface Wanted {
  /** Of the ConfigMap; undefined for none. */
  readonly settings?: Readonly<Record<string, string>>
  /** Of the Secret, each with a value that is only an example. */
  readonly secrets: Readonly<Record<string, string>>
}

const settingsText = (namespace: string, data: Readonly<Record<string, string>>): string =>
  manifests({
    says: ['What the manifests of this cluster may name in $ and braces. Anybody who reads the repository reads it.'],
    object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: SETTINGS, namespace }, data },
  })

const secretsText = (namespace: string, stringData: Readonly<Record<string, string>>): string =>
  manifests({
    says: ['The same, sealed: change it with  sops edit  and never in clear.'],
    object: { apiVersion: 'v1', kind: 'Secret', metadata: { name: SECRETS, namespace }, stringData },
  })

/** Lays out the folder, and says what substitutes from it. `known`: names of the Kustomizations that cluster.yaml had before. */
export function variablesOf(plot: Plot, wanted: Wanted, known: readonly string[] | undefined): VariableFolder {
  const { draft, places, setting } = plot
  const folder = join(places.flux, 'vars')
  const [settings, secrets] = [join(folder, `${SETTINGS}.yaml`), join(folder, `${SECRETS}.sops.yaml`)]
  const sealed = setting.decryption !== undefined
  const foreign = draft.holdsManifests(folder) && known?.includes(VARS) !== true
  if (wanted.settings !== undefined) draft.add(settings, settingsText(setting.namespace, wanted.settings), 'variables of the cluster')
  if (sealed)
    draft.add(secrets, secretsText(setting.namespace, wanted.secrets), 'variables of the cluster that are secret, with examples in it', {
      seal: true,
    })
  const both = [[settings, SETTINGS, 'ConfigMap'] as const, [secrets, SECRETS, 'Secret'] as const].filter(([path]) => draft.has(path))
  const used = both.filter(([, , kind]) => kind === 'ConfigMap' || sealed)
  if (used.length === 0) return { variables: [], lists: [] }
  const lists = draft.leaf({ folder, lists: used.map(([path]) => path), why: 'what is applied of the variables' })
  const variables = used.filter(([path]) => draft.isListed(folder, path.slice(folder.length + 1))).map(([, name, kind]) => ({ kind, name }))
  if (foreign || (known !== undefined && !known.includes(VARS))) return { variables, lists }
  const manifest = kustomization(setting, { name: VARS, folder, interval: '1h' })
  return { variables, lists: [], applied: { name: VARS, manifest, folder } }
}
