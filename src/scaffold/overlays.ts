// Layout `overlays`: services once in a base, and for each cluster an overlay that says which of them it has and what is different there.
import { folderOf } from '../flux/synced-paths.ts'
import { layConfig, layEntry } from './entry.ts'
import { kustomizationText, manifests, yamlOf } from './manifest.ts'
import { kustomization } from './objects.ts'
import { join } from './places.ts'
import type { Plot } from './plot.ts'
import { APP, layPlainApp } from './sample-app.ts'
import { PATTERNS } from './service-patterns.ts'

export interface Overlay {
  readonly base: string
  readonly overlay: string
}

/** git.path where it is an overlay itself, `X/overlays/NAME`; otherwise a folder that git.path names. */
export function overlayOf({ places, file }: Plot): Overlay {
  const parent = folderOf(places.followed)
  const own = parent === 'overlays' || parent.endsWith('/overlays')
  const applications = own ? folderOf(parent) : 'applications'
  return {
    base: join(applications, 'base/services'),
    overlay: own ? places.followed : join(applications, 'overlays', file.metadata.name),
  }
}

/** From one folder to another, as kustomize wants it. */
function relative(from: string, to: string): string {
  const [start, end] = [from.split('/'), to.split('/')]
  const shared = start.findIndex((part, index) => part !== end[index])
  return [...start.slice(shared).map(() => '..'), ...end.slice(shared)].join('/')
}

/** The base has the app, the overlay has it with a difference, and a Kustomization of Flux applies that. Its file. */
function layService(plot: Plot, { base, overlay }: Overlay): string {
  const { draft, setting, file } = plot
  const folder = join(overlay, 'services', APP)
  const path = `${folder}.yaml`
  const from = layPlainApp(plot, base, [])
  const patch = yamlOf([{ op: 'add', path: '/data/cluster', value: file.metadata.name }])
  const patches = [{ patch, target: { kind: 'ConfigMap', name: APP } }]
  if (!draft.holdsManifests(folder)) {
    const says = ['The service of the base, and what is different on this cluster.']
    draft.add(
      join(folder, 'kustomization.yaml'),
      kustomizationText([relative(folder, from)], says, { patches }),
      'the sample app of this cluster',
    )
  }
  draft.add(path, manifests(kustomization(setting, { name: APP, folder, interval: '5m' })), 'applies the sample app')
  return path
}

/** The way from git.path to an overlay that lies elsewhere. */
function layPointer({ draft, places, setting }: Plot, overlay: string): string {
  const path = join(places.followed, 'applications.yaml')
  draft.add(
    path,
    manifests(kustomization(setting, { name: 'applications', folder: overlay, interval: '5m', wait: false })),
    'applies the overlay',
  )
  return path
}

export function layOverlays(plot: Plot): void {
  const { draft, places } = plot
  const where = overlayOf(plot)
  const { base, overlay } = where
  const services = join(overlay, 'services')
  draft.add(join(base, 'README.md'), PATTERNS, 'how a service is added')
  const sample = plot.file.layout.sampleApp ? [layService(plot, where)] : []
  const listed = draft.leaf({
    folder: services,
    lists: sample,
    except: [join(services, APP)],
    why: 'which services the cluster has',
    says: ['Kustomizations of Flux, one for each service of this cluster: list them here.'],
  })
  const config = places.synced ? [] : layConfig(plot, { variables: [], lists: [] })
  const elsewhere = [...config, places.bootstrap, services]
  if (overlay === places.followed) {
    layEntry(plot, [...config, ...listed], elsewhere)
    return
  }
  draft.leaf({ folder: overlay, lists: listed, why: 'what the cluster has' })
  layEntry(plot, [...config, layPointer(plot, overlay)], [...elsewhere, overlay])
}
