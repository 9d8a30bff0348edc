// In which ways an object is broken in a storm, by its kind.
import { images } from './images.ts'
import { kustomization } from './kustomizations.ts'
import { notifications } from './notifications.ts'
import { release } from './releases.ts'
import { SOURCES } from './sources.ts'
import type { Way } from './way.ts'

export const WAYS: Readonly<Record<string, readonly Way[]>> = {
  ...SOURCES,
  ...images,
  ...notifications,
  Kustomization: kustomization,
  HelmRelease: release,
}

/** A condition or a warning may say whatever somebody has put into a commit, a chart or a name. */
export const HOSTILE = [
  '\u001b[2J\u001b]0;owned\u0007',
  '\u202eevil\u2066',
  '<img src=x onerror=alert(1)>',
  '\r\n✔ all 9 objects ready\n',
  ' y'.repeat(9000),
]
