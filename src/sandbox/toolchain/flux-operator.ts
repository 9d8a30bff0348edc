// cmd/operator embeds the pages of its web interface, which its module does not carry: an empty page stands for them, as the sandbox never
// serves it. It ends at once outside of FIPS mode, which its image has from the build; and one of its modules is pinned to a version that
// can be downloaded.
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyTree, FLUX_OPERATOR, makeWritable, moduleFolder, requiredVersion } from './module-copy.ts'

const REPLACED = 'github.com/google/go-containerregistry/pkg/authn/kubernetes'

/** What is put behind the module's own go.mod. */
export const goModAdditions = (pinnedGoMod: string): string =>
  `\ngodebug fips140=on\n\nreplace ${REPLACED} => ${REPLACED} ${requiredVersion(pinnedGoMod, REPLACED) ?? ''}\n`

/** @returns the folder to build `./cmd/operator` in. */
export const copyOperatorSource = async (pinned: string, target: string, signal?: AbortSignal): Promise<string> => {
  const { dir } = await moduleFolder(FLUX_OPERATOR, pinned, signal)
  await copyTree(dir, target)
  await makeWritable(target)
  const pages = join(target, 'web', 'dist')
  await mkdir(pages, { recursive: true })
  await writeFile(join(pages, 'index.html'), '<!doctype html>\n')
  await appendFile(join(target, 'go.mod'), goModAdditions(await readFile(join(pinned, 'go.mod'), 'utf8')))
  await appendFile(join(target, 'go.sum'), await readFile(join(pinned, 'go.sum'), 'utf8'))
  return target
}
