/** Paths are absolute. Reads throw OpsError `file-missing`, `file-unreadable` or `file-too-large` (over 16 MiB). */
export interface FileReader {
  exists(path: string): Promise<boolean>
  /** UTF-8 text; throws `file-binary` when it holds a NUL byte or is not UTF-8. */
  readText(path: string): Promise<string>
  /** What is in it, whatever that is. */
  readBytes(path: string): Promise<Uint8Array>
  /** Files below `root`, as paths relative to it with `/`, sorted; `.git` and symbolic links are left out. */
  walk(root: string): Promise<string[]>
  /** The real path of `path` when it lies inside `root`; throws `path-outside` otherwise. Follows links. */
  inside(root: string, path: string): Promise<string>
  sha256(path: string): Promise<string>
}

export interface Files extends FileReader {
  /** Temp file, fsync, rename, fsync of the folder. Throws OpsError `disk-full`. Mode defaults to 0600. */
  writeText(path: string, text: string, options?: { mode?: number }): Promise<void>
  /** Like writeText, but never over what is there already: throws OpsError `file-exists`. */
  createText(path: string, text: string, options?: { mode?: number }): Promise<void>
  /** The same for what is no text. */
  createBytes(path: string, bytes: Uint8Array): Promise<void>
  /** Like writeText but keeps the mode the file already has. Not for sealed files: see swapText. */
  replaceText(path: string, text: string): Promise<void>
  /**
   * Replaces a file that may be the only copy of what is in it. At every moment, also after a kill or a power cut, it holds its old bytes or `text`, whole.
   * `was`: SHA-256 (hex) of the bytes that `text` was made from. Gives `there` when the file holds `text` already, so it can be called again after a kill.
   *
   * A temporary file beside it, fsync, read back and compared, one more look at the file, rename, fsync of the folder. Of a symbolic link the file behind
   * it is replaced and the link stays. Owner, group and mode are kept; extended attributes, ACLs among them, are not. Not seen is what somebody writes
   * between the last look and the rename, which follow one another.
   *
   * Throws OpsError, and the file is as it was:
   * - `file-missing`, `file-unreadable`, `file-too-large` (the file or `text`): as a read
   * - `file-changed`: it holds neither what `was` says nor `text`, or was changed, replaced or removed meanwhile
   * - `file-linked`: it has more than one hard link, and a rename would leave the others behind
   * - `file-read-only`: its owner has no write bit, even if we could write it
   * - `file-owner`: its owner, group or mode cannot be given to the new file
   * - `file-unwritable`: the folder takes no file, or a system call failed
   * - `file-differs`: the temporary file does not read back as it was written
   * - `disk-full`: no room on the disk, in a quota, or in the limit for the size of a file
   *
   * Throws `file-unsynced` when the file holds `text` and the disk did not confirm it. An empty `text`, or one that is no UTF-16, is a bug of the caller.
   */
  swapText(path: string, was: string, text: string): Promise<'swapped' | 'there'>
  makeDir(path: string): Promise<void>
  remove(path: string): Promise<void>
}
