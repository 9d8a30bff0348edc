// A patch with a flag that the target's notification-controller does not know. That of 2.7.3 has no process in the sandbox, so that it can be set before.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fixture } from '../fixture.ts'

export const FLUX_FILE = 'cluster/flux/config/flux.yaml'
export const FLAG = '--aws-autologin-for-ecr'

export const flagPatch = `    - patch: |
        - op: add
          path: /spec/template/spec/containers/0/args/-
          value: ${FLAG}
      target:
        kind: Deployment
        name: notification-controller
`

/** Adds to the patches of style pin, pushes, and asks Flux to apply it. */
export async function applyToPin(sandbox: Fixture, patch: string): Promise<void> {
  const file = join(sandbox.paths.repo, FLUX_FILE)
  await writeFile(file, `${await readFile(file, 'utf8')}${patch}`)
  await sandbox.git('commit', '--quiet', '--all', '-m', 'chore: set a flag')
  await sandbox.git('push', '--quiet')
  await sandbox.run('flux', '-n', 'flux-system', 'reconcile', 'kustomization', 'cluster', '--with-source')
  await sandbox.run('flux', '-n', 'flux-system', 'reconcile', 'kustomization', 'flux')
}
