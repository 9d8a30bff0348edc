// A whole sandbox put aside and taken back in seconds: everything ends, the folders that hold state are copied, everything starts again.
import { constants } from 'node:fs'
import { cp, mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { refusal, usageError } from '../errors.ts'
import type { SandboxContext, SandboxPaths, Services } from './contract.ts'
import { endAll, startParts } from './lifecycle.ts'
import { type SandboxRef, withSandbox } from './open.ts'

const LABEL = /^[a-z0-9][a-z0-9-]{0,39}$/
/** What a sandbox remembers. Tools, keys and ports stay as they are: they are the sandbox's identity, not its state. */
const KEPT = ['etcd', 'git', 'forge', 'registry', 'repo', 'controllers', 'run'] as const

export interface SnapshotOptions extends SandboxRef {
  readonly services?: Services | undefined
  /** Leave the sandbox ended: for many restores in a row from the same label. */
  readonly leaveStopped?: boolean
}

/** Replaces an older snapshot of the same label. */
export async function snapshot(options: SnapshotOptions, label: string): Promise<void> {
  await withSandbox(options, async (ctx, store) => {
    const target = folder(ctx.paths, label)
    await endAll(store, GRACE_MS)
    const making = `${target}.making`
    await rm(making, { recursive: true, force: true })
    await copyKept(ctx.paths.dir, making)
    await rm(target, { recursive: true, force: true })
    await rename(making, target)
    if (options.leaveStopped !== true) await startAgain(ctx, options.services)
  })
}

/** Throws OpsError `sandbox-no-snapshot` (refused). */
export async function restore(options: SnapshotOptions, label: string): Promise<void> {
  await withSandbox(options, async (ctx, store) => {
    const source = folder(ctx.paths, label)
    if (!(await exists(source))) throw refusal('sandbox-no-snapshot', `sandbox ${options.name} has no snapshot ${label}`, 'take one first')
    await endAll(store, GRACE_MS)
    await dropKept(ctx.paths)
    await copyKept(source, ctx.paths.dir)
    await rm(ctx.paths.faults, { force: true })
    await startAgain(ctx, options.services)
  })
}

/** Nothing here needs a graceful end: the copy is thrown away or taken after the last write, and etcd recovers from its log. */
const GRACE_MS = 0

async function startAgain(ctx: SandboxContext, services: Services | undefined): Promise<void> {
  await Promise.all([startParts(ctx), services?.startServices(ctx)])
}

function folder(paths: SandboxPaths, label: string): string {
  if (LABEL.test(label)) return join(paths.snapshots, label)
  throw usageError('sandbox-label', `a snapshot cannot be called '${label}'`, 'use up to 40 lower-case letters, digits and dashes')
}

async function dropKept(paths: SandboxPaths): Promise<void> {
  await Promise.all(KEPT.map((name) => rm(join(paths.dir, name), { recursive: true, force: true, maxRetries: 3 })))
}

async function copyKept(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 })
  await Promise.all(
    KEPT.map(async (name) => {
      if (!(await exists(join(from, name)))) return
      // FICLONE: on a file system that can share blocks this copies nothing.
      const options = { recursive: true, mode: constants.COPYFILE_FICLONE, preserveTimestamps: true, verbatimSymlinks: true }
      await cp(join(from, name), join(to, name), options)
    }),
  )
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}
