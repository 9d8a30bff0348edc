// What a person has to look at in Kustomizations that were there before.
import { folderOf, isUnder } from '../flux/synced-paths.ts'
import { declaring, kustomizationsIn } from './existing.ts'
import { yamlOf } from './manifest.ts'
import { decryptionOf } from './objects.ts'
import type { Plot } from './plot.ts'

/** Of files that lie beside those of the layout. */
export function adviseDecryption({ draft, places, setting, file }: Plot): void {
  if (setting.decryption === undefined || file.layout.kind === 'none') return
  const folders = [places.followed, places.flux, places.config]
  const bare = draft.there.paths
    .filter((path) => folders.includes(folderOf(path)))
    .flatMap((path) => kustomizationsIn(draft.there, path).map((each) => ({ ...each, file: path })))
    .filter(({ decrypts, path }) => !decrypts && isUnder(path, places.root))
  if (bare.length === 0) return
  const names = bare.map(({ file: path, name }) => `${path} (${name})`).join(', ')
  const text = yamlOf(decryptionOf(setting.decryption)).trimEnd().replaceAll(/^/gm, '  ')
  draft.advise(`Kustomizations that stay as they are and decrypt nothing: ${names}; where sealed files lie below, add under spec:\n${text}`)
}

/** Kustomizations of the layout that other files of the cluster declare as well: one of the two would take back what the other does. */
export function adviseTwins({ draft, places }: Plot): void {
  for (const { path, text } of draft.done().files) {
    if (!text.includes('kustomize.toolkit.fluxcd.io/')) continue
    for (const { name } of kustomizationsIn({ paths: [path], text: () => text }, path)) {
      const others = declaring(draft.there, [places.followed, places.flux], { kind: 'Kustomization', name })
      if (others.length > 0)
        draft.advise(`${others.join(', ')}: Kustomization ${name} is declared there and in ${path}; only one of them can stay`)
    }
  }
}
