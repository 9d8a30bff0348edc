// The MAC tells whether a sealed file is still the one that sops wrote. sops refuses a file without it; kustomize-controller does not look.
import type { Found } from '../model.ts'
import { counted, type KeysRule, sealedFiles, someOf } from './world.ts'

export const macsHold: KeysRule = {
  id: 'macs-hold',
  title: 'every sealed file is as sops wrote it',
  severity: 'error',
  reason: 'somebody changed it by hand or in a merge: sops refuses it, and Flux applies it all the same',
  fix: 'git log -p -- FILE shows what was changed; if it is right as it is:  sops --ignore-mac --rotate --in-place FILE',
  source: 'kustomize-controller 1.9 internal/decryptor/decryptor.go: checkSopsMac is never set',
  find: (world) => {
    const looks = sealedFiles(world).map(({ path }) => ({ path, look: world.macOf(path) }))
    const whys = [...new Set(looks.flatMap(({ look }) => (look.status === 'unknown' ? [look.why] : [])))]
    const found = looks.flatMap(({ path, look }): Found[] => {
      if (look.status === 'mismatch') return [{ where: { path }, what: 'was changed after sops had sealed it: its MAC does not hold' }]
      return look.status === 'none'
        ? [{ where: { path }, what: 'has no MAC: nobody can tell whether it was changed', severity: 'warning' }]
        : []
    })
    const unknown = whys.map((why) => {
      const paths = looks.filter(({ look }) => look.status === 'unknown' && look.why === why).map(({ path }) => path)
      return { cause: `${counted(paths.length, 'sealed file')} (${someOf(paths)}): ${why}` }
    })
    const left = looks.filter(({ look }) => look.status === 'skipped').map(({ path }) => path)
    if (left.length === 0) return { found, unknown }
    return { found, unknown, skipped: `no key at hand opens ${counted(left.length, 'sealed file')} (${someOf(left)}): --identity FILE` }
  },
}
