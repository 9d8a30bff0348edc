// The storage of source-controller itself. Versions 1.7.3 and 1.9.1: StorageOperationFailed=True with DirectoryCreationFailed, ArchiveOperationFailed,
// AcquireLockFailed, StatOperationFailed, ReadOperationFailed, CacheOperationFailed or SymlinkUpdateFailed.
import { explained, never, person, reconcile, type State } from './case.ts'

const PATTERN =
  /^(?:DirectoryCreationFailed|ArchiveOperationFailed|AcquireLockFailed|StatOperationFailed|CacheOperationFailed|SymlinkUpdateFailed)|no space left on device/m

export const storage: State = (found) => {
  const { object, said, world } = found
  if (!PATTERN.test(said)) return undefined
  const full = /no space left on device|disk quota exceeded/i.test(said)
  const { namespace } = world.snapshot
  return explained(found, {
    state: 'storage-failed',
    says: full ? 'the disk of its controller is full' : 'its controller cannot write to its disk',
    fixes: [
      person(
        full ? 'see what fills it, and give it more' : 'see what is the matter with it',
        `kubectl -n ${namespace} describe pods -l app=source-controller`,
      ),
      reconcile('then let Flux fetch at once', object),
      never('deleting the volume while the controller runs'),
    ],
  })
}
