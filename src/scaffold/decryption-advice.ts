// Kustomizations that were there before and do not decrypt: a sealed Secret below them would be refused by the API server.
import { folderOf, isUnder } from '../flux/synced-paths.ts'
import { kustomizationsIn } from './existing.ts'
import { yamlOf } from './manifest.ts'
import { decryptionOf } from './objects.ts'
import type { Plot } from './plot.ts'

/** Of files that lie beside those of the layout. */
export function adviseDecryption({ draft, places, setting, file }: Plot): void {
  if (setting.decryption === undefined || file.layout.kind === 'none') return
  const folders = [places.followed, places.flux, places.config]
  const text = yamlOf(decryptionOf(setting.decryption)).trimEnd().replaceAll(/^/gm, '  ')
  for (const path of draft.there.paths) {
    if (!folders.includes(folderOf(path))) continue
    const bare = kustomizationsIn(draft.there, path).filter(({ decrypts, path: at }) => !decrypts && isUnder(at, places.root))
    for (const { name } of bare)
      draft.advise(`${path}: Kustomization ${name} stays as it is and decrypts nothing; for sealed files below it add under spec:\n${text}`)
  }
}
