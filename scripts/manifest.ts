// `npm run manifest`: writes oclif.manifest.json anew. A test fails when what is committed is not what this writes.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { buildManifest } from '../src/cli/oclif-config.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const file = `${root}oclif.manifest.json`

const text = `${JSON.stringify(await buildManifest(root), null, 2)}\n`
const before = await readFile(file, 'utf8').catch(() => '')
if (text === before) process.stderr.write('✔ oclif.manifest.json is current\n')
else {
  await writeFile(file, text)
  process.stderr.write('✔ oclif.manifest.json written; the difference is a change of the command surface\n')
}
