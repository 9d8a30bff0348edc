// Builds dist: bundles, then the texts that are answered without loading them. Made aside and swapped in whole.
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildManifest, oclifPackage } from '../src/cli/oclif-config.ts'
import { messageOf } from '../src/errors.ts'
import { bundle } from './build/bundle.ts'
import { completionTable } from './build/completion-table.ts'
import { helpTexts } from './build/help-texts.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const fresh = join(root, `dist.${process.pid}.new`)
const old = join(root, `dist.${process.pid}.old`)

try {
  const manifest = await buildManifest(root)
  await bundle(root, fresh, manifest)
  const table = completionTable(manifest, oclifPackage().oclif.topics)
  await writeFile(join(fresh, 'completion.json'), JSON.stringify(table))
  await writeFile(join(fresh, 'help.json'), JSON.stringify(await helpTexts(fresh, Object.keys(table))))
  await rename(dist, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  await rename(fresh, dist)
} catch (error) {
  // esbuild has drawn its errors already.
  if (!Array.isArray((error as { errors?: unknown }).errors)) process.stderr.write(`✗ ${messageOf(error)}\n`)
  process.exitCode = 1
} finally {
  await rm(fresh, { recursive: true, force: true })
  await rm(old, { recursive: true, force: true })
}
