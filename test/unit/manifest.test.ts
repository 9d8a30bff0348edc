import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { buildManifest } from '../../src/cli/oclif-config.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('oclif.manifest.json is what `npm run manifest` writes: a change of the command surface shows in review', async () => {
  const committed = JSON.parse(await readFile(`${root}oclif.manifest.json`, 'utf8'))

  const current = JSON.parse(JSON.stringify(await buildManifest(root)))

  expect(committed).toEqual(current)
})
