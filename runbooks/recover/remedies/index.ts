// How each remedy is done.
import type { RemedyKind } from '../../../src/diagnosis/remedy.ts'
import { force, reconcile, reset } from './ask.ts'
import { dropFinalizers } from './drop-finalizers.ts'
import { dropRelease } from './drop-release.ts'
import { pinHostKey } from './pin-host-key.ts'
import { recreate } from './recreate.ts'
import type { Doing } from './remedy.ts'
import { start } from './start.ts'

export const remedies: Readonly<Record<RemedyKind, Doing>> = {
  reconcile,
  reset,
  start,
  force,
  recreate,
  'drop-release': dropRelease,
  'drop-finalizers': dropFinalizers,
  'pin-host-key': pinHostKey,
}
