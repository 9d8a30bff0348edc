// sops writes files in place: a full disk or a kill leaves one that is empty or cut, and git keeps it.
import { foundOnly } from '../model.ts'
import { type KeysRule, type KeysWorld, type SealedLook, typed } from './world.ts'

type Damaged = Extract<SealedLook, { damage: unknown }>

export const damaged = (world: KeysWorld, of: readonly Damaged['damage'][]): Damaged[] =>
  world.sealed.filter((look): look is Damaged => 'damage' in look && of.includes(look.damage))

export const sealedFilesWhole: KeysRule = {
  id: 'sealed-files-whole',
  title: 'no sealed file is empty or cut',
  severity: 'error',
  reason: 'what was in it is gone for everybody who has no older commit',
  fix: 'git log --oneline -- FILE, then take back the last whole one:  git checkout COMMIT -- FILE',
  source: 'sops 3.13 cmd/sops/subcommand/updatekeys: the file is truncated, then written',
  find: (world) =>
    foundOnly(
      damaged(world, ['empty', 'broken']).map(({ path, line, why }) => ({
        where: { path, line },
        what: why,
        fix: `git log --oneline -- ${typed(path)}, then  git checkout COMMIT -- ${typed(path)}`,
      })),
    ),
}

export const noConflictInSealed: KeysRule = {
  id: 'no-conflict-in-sealed',
  title: 'no sealed file holds an unresolved merge conflict',
  severity: 'error',
  reason: 'sops and Flux can read neither of its two versions',
  fix: 'git checkout --ours FILE (or --theirs), then set the values of the other side again: sops FILE',
  source: 'sops writes mac and lastmodified anew with every change, so two branches always conflict there',
  find: (world) =>
    foundOnly(
      damaged(world, ['conflict']).map(({ path, line, why }) => ({
        where: { path, line },
        what: why,
        fix: `git checkout --ours ${typed(path)} (or --theirs), then set the values of the other side again:  sops ${typed(path)}`,
      })),
    ),
}
