import type { JournalLine, RunEvent } from '../engine/events.ts'

/** One append-only file per run. `append` returns after fsync; throws OpsError `journal-write` (disk full among them). */
export interface Journal {
  append(event: RunEvent): Promise<void>
  /** Lets go of the file, so that another process may take the run up. Never throws. */
  close?(): Promise<void>
}

export interface StoredRun {
  readonly id: string
  readonly dir: string
  readonly lines: readonly JournalLine[]
  /** Bytes of a torn last line that were dropped. */
  readonly tornBytes: number
}

export interface RunReader {
  list(): Promise<string[]>
  /** Throws OpsError `run-missing`, or `journal-broken` with the line whose hash does not fit. */
  read(id: string): Promise<StoredRun>
}

export interface RunStore extends RunReader {
  create(id: string): Promise<Journal>
  /** Cuts a torn last line off and goes on behind it. */
  open(id: string): Promise<Journal>
  /** Folder for the run's own files (backup, rendered manifests), mode 0700. */
  dir(id: string): string
}

export interface LockHandle {
  /** Throws OpsError `lock-lost` once the lease is no longer ours. */
  assertHeld(): void
  /** Asks the cluster when the last renewal is not fresh (an API server that was away, a machine that slept); throws as assertHeld. */
  ensureHeld?(): Promise<void>
  release(): Promise<void>
}

/** One operator at a time. Throws OpsError `lock-held`, naming the holder and since when. */
export interface Lock {
  acquire(holder: string): Promise<LockHandle>
}
