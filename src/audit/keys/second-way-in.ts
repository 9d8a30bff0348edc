// One key for everything is one loss away from nothing.
import { foundOnly } from '../model.ts'
import { ageOf, counted, type KeysRule, othersOf, sealedFiles } from './world.ts'

export const secondWayIn: KeysRule = {
  id: 'second-way-in',
  title: 'there is more than one key that opens the repository',
  severity: 'info',
  reason: 'once that key is lost, nothing that is sealed can be opened again',
  fix: 'add a second recipient whose key is kept elsewhere, to .sops.yaml and with  sops updatekeys  to every file; or back the key up: flux-ops age backup',
  source: 'an age file opens with the key of one of its recipients, and with nothing else',
  find: (world) => {
    const files = sealedFiles(world)
    const keys = [...new Set(files.flatMap((file) => [...ageOf(file), ...othersOf(file)]))]
    const [only] = keys
    if (keys.length !== 1 || only === undefined) return foundOnly([])
    const what = `${counted(files.length, 'sealed file')} open${files.length === 1 ? 's' : ''} with ${world.nameOf(only)} and nothing else`
    return foundOnly([{ where: { path: files[0]?.path ?? '' }, what }])
  },
}
