// Variables of the cluster: a ConfigMap and a sealed Secret in `vars`, applied by a Kustomization of their own. What substitutes from them fails
// while they are not there, and what holds back the Kustomization that brings them would hold them back for ever.
import { isUnder } from '../flux/synced-paths.ts'
import { declaring, kustomizationsIn } from './existing.ts'
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

const KINDS = { [SETTINGS]: 'ConfigMap', [SECRETS]: 'Secret' } as const

/** What applies the folder: a root that was there before may do it itself, and decrypt or not. */
interface Standing {
  readonly foreign: boolean
  readonly decrypts: boolean
}

function standingOf({ draft, setting }: Plot, folder: string, root: string): Standing {
  const sealed = setting.decryption !== undefined
  if (!draft.keeps(root)) return { foreign: false, decrypts: sealed }
  const known = kustomizationsIn(draft.there, root)
  const own = known.find(({ name }) => name === VARS)
  const applying = own === undefined ? known.filter(({ path }) => isUnder(folder, path)) : [own]
  return { foreign: own === undefined, decrypts: sealed && applying.some(({ decrypts }) => decrypts) }
}

/** Lays out the folder, and says what substitutes from it. `root`: the file with Kustomization `cluster`. */
export function variablesOf(plot: Plot, wanted: Wanted, root: string): VariableFolder {
  const { draft, places, setting } = plot
  const folder = join(places.flux, 'vars')
  const { foreign, decrypts } = standingOf(plot, folder, root)
  const around = [places.followed, places.flux]
  const files = { [SETTINGS]: join(folder, `${SETTINGS}.yaml`), [SECRETS]: join(folder, `${SECRETS}.sops.yaml`) } as const
  // One that is declared elsewhere is applied from there, and would be owned twice.
  const elsewhere = ([SETTINGS, SECRETS] as const).filter((name) =>
    declaring(draft.there, around, { kind: KINDS[name], name }).some((path) => path !== files[name]),
  )
  if (wanted.settings !== undefined && !elsewhere.includes(SETTINGS))
    draft.add(files[SETTINGS], settingsText(setting.namespace, wanted.settings), 'variables of the cluster')
  if (decrypts && !elsewhere.includes(SECRETS))
    draft.add(files[SECRETS], secretsText(setting.namespace, wanted.secrets), 'secret variables of the cluster, with examples in it', {
      seal: true,
    })
  const own = ([SETTINGS, SECRETS] as const).filter(
    (name) => draft.has(files[name]) && (name === SETTINGS || setting.decryption !== undefined),
  )
  const usable = (names: readonly (keyof typeof KINDS)[]): Variables => names.map((name) => ({ kind: KINDS[name], name }))
  if (own.length === 0) return { variables: usable(elsewhere), lists: [] }
  const lists = draft.leaf({ folder, lists: own.map((name) => files[name]), why: 'what is applied of the variables' })
  const listed = own.filter((name) => draft.isListed(folder, files[name].slice(folder.length + 1)))
  const variables = usable(([SETTINGS, SECRETS] as const).filter((name) => elsewhere.includes(name) || listed.includes(name)))
  if (foreign) return { variables, lists }
  const manifest = kustomization(setting, { name: VARS, folder, interval: '1h' })
  return { variables, lists: [], applied: { name: VARS, manifest, folder } }
}

/** Whether the cluster's variables have this one: the files may be older than the layout. */
export const hasVariable = ({ draft, places }: Plot, name: string): boolean =>
  [`${SETTINGS}.yaml`, `${SECRETS}.sops.yaml`].some((file) => {
    const path = join(places.flux, 'vars', file)
    return draft.has(path) && (!draft.keeps(path) || new RegExp(`^\\s+["']?${name}["']?:`, 'm').test(draft.there.text(path) ?? ''))
  })
