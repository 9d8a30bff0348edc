// Which pictures of a diagnosis are asked for, and whether they can be given: nobody waits for a cluster to be told that a folder is missing.
import { resolve } from 'node:path'
import * as Flags from '@oclif/core/flags'
import { usageError } from '../../errors.ts'
import { plainText } from '../flags.ts'

const file = (flag: string, what: string) =>
  Flags.string({ description: `${what}, - for stdout`, helpValue: 'FILE', parse: async (value) => plainText(value, flag) })

export const pictureFlags = {
  tree: Flags.boolean({ description: 'the causes and what waits for them, as a tree' }),
  html: file('html', 'write it as one HTML page with the graph, a list and a search'),
  svg: file('svg', 'write the graph as SVG'),
}

export interface PictureRequest {
  readonly json: boolean
  readonly tree: boolean
  readonly html: string | undefined
  readonly svg: string | undefined
  readonly noColor: boolean
}

/** oclif's parsed flags. Throws usage errors, and OpsErrors of files that cannot be written. */
export async function pictureRequest(flags: {
  readonly json?: boolean | undefined
  readonly tree?: boolean | undefined
  readonly html?: string | undefined
  readonly svg?: string | undefined
  readonly 'no-color'?: boolean | undefined
}): Promise<PictureRequest> {
  const { json = false, tree = false, html, svg } = flags
  const onStdout = [
    ...(json ? ['--json'] : []),
    ...(tree ? ['--tree'] : []),
    ...(html === '-' ? ['--html -'] : []),
    ...(svg === '-' ? ['--svg -'] : []),
  ]
  if (onStdout.length > 1)
    throw usageError('stdout-twice', `stdout cannot take ${onStdout.join(' and ')} together`, 'leave one out, or name a file: --html FILE')
  const files = [html, svg].filter((path) => path !== undefined && path !== '-').map((path) => resolve(path as string))
  if (files.length === 2 && files[0] === files[1])
    throw usageError('file-twice', `--html and --svg both name ${files[0]}`, 'name two files')
  if (files.length > 0) {
    const { assertReportFile } = await import('../../adapters/report-file.ts')
    for (const path of files) await assertReportFile(path)
  }
  return { json, tree, html, svg, noColor: flags['no-color'] === true }
}
