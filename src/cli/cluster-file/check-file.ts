// `schema check`: reads a cluster file, or standard input, and gives what it means. Nothing is asked of a cluster or a repository.
import { resolve } from 'node:path'
import { localFiles } from '../../adapters/files.ts'
import { clusterFileError, inspectClusterFile, type PlacedProblem } from '../../cluster-file/read.ts'
import type { ClusterFile } from '../../cluster-file/schema.ts'
import { usageError } from '../../errors.ts'
import { standardInput } from '../standard-input.ts'

const STDIN = '-'

/** The `--json` document; its keys are stable. */
export interface FileCheck {
  readonly file: string
  readonly valid: boolean
  /** null where it is not valid. */
  readonly cluster: ClusterFile | null
  readonly problems: readonly PlacedProblem[]
}

const missing = () => usageError('file-missing', 'nobody pipes a cluster file into standard input', 'flux-ops schema check FILE')

/** With `json` a file that is not valid is a result; else throws OpsError `cluster-file-invalid` (usage). */
export async function checkFile(path: string, json: boolean): Promise<FileCheck> {
  const file = path === STDIN ? 'stdin' : path
  const reading = inspectClusterFile(path === STDIN ? await standardInput(missing) : await localFiles.readBytes(resolve(path)))
  if ('cluster' in reading) return { file, valid: true, cluster: reading.cluster, problems: [] }
  if (!json) throw clusterFileError(file, reading.problems)
  return { file, valid: false, cluster: null, problems: reading.problems }
}
