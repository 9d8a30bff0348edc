// One Kustomization that fails by itself, and one that waits for it.
import { kustomization, type Place, type Scenario, source } from '../scenario.ts'

interface More extends Pick<Scenario, 'files' | 'sealed' | 'before' | 'on' | 'later' | 'mended'> {
  readonly spec?: (place: Place) => object
}

export const failing = (id: string, title: string, state: string, says: RegExp, { spec, ...more }: More): Scenario => ({
  id,
  title,
  ...more,
  objects: (place) => [
    source(place),
    kustomization(place, 'app', spec?.(place)),
    kustomization(place, 'behind', { dependsOn: [{ name: 'app' }] }),
  ],
  expects: ({ namespace }) => ({
    object: `Kustomization ${namespace}/app`,
    state,
    blocks: [`Kustomization ${namespace}/behind`],
    says,
  }),
})
