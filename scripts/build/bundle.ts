// One bundle for each thing that starts on its own; what they share, and each command, becomes a chunk that is loaded when it is needed.
import { readdir, readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import type { Manifest } from '../../src/cli/oclif-config.ts'
import type { Pin } from '../../src/sandbox/toolchain/pins.ts'

/** Output name -> source. The sandbox starts its background programs by these names. */
const ENTRIES = {
  'flux-ops': 'src/cli/start/start.ts',
  'sandbox-node-agent': 'src/sandbox/node-agent/main.ts',
  'sandbox-git-server': 'src/sandbox/services/git-server/main.ts',
}

// Bundled CommonJS code asks for these, which an ES module does not have.
const BANNER = `import { createRequire as __createRequire } from 'node:module'
const require = __createRequire(import.meta.url), __dirname = import.meta.dirname, __filename = import.meta.filename`

const readPins = async (folder: string): Promise<Record<string, Pin>> => {
  const entries = await readdir(folder, { withFileTypes: true })
  const pins: Record<string, Pin> = {}
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const read = (file: string) => readFile(join(folder, name, file), 'utf8')
    pins[name] = { goMod: await read('go.mod'), goSum: await read('go.sum') }
  }
  return pins
}

/** Data that the program reads from the source tree is part of the built one. */
const embed = (root: string, manifest: Manifest): Plugin => ({
  name: 'embed',
  setup(setup) {
    setup.onLoad({ filter: /src\/cli\/start\/manifest\.ts$/ }, () => ({ contents: `export const manifest = ${JSON.stringify(manifest)}` }))
    setup.onLoad({ filter: /src\/sandbox\/toolchain\/pins\.ts$/ }, async () => {
      const pins = await readPins(join(root, 'src/sandbox/toolchain'))
      return { contents: `const pins = ${JSON.stringify(pins)}\nexport const readPin = async (name) => pins[name]` }
    })
  },
})

/** `await import('a CommonJS package')` gives no names across chunks, as esbuild cannot know them: Node can. */
const namesOfCommonJs = (root: string): Plugin => ({
  name: 'names-of-commonjs',
  setup(setup) {
    setup.onResolve({ filter: /^[@a-z]/ }, async ({ path, kind, namespace }) => {
      if (kind !== 'dynamic-import' || namespace !== 'file' || isBuiltin(path)) return undefined
      const isCommonJs = 'module.exports' in ((await import(path)) as object)
      return isCommonJs ? { path, namespace: 'named' } : undefined
    })
    setup.onLoad({ filter: /./, namespace: 'named' }, async ({ path }) => {
      const names = Object.keys((await import(path)) as object).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default')
      const contents = `import * as whole from ${JSON.stringify(path)}\nexport const { ${names.join(', ')} } = whole\nexport default whole.default ?? whole`
      return { contents, resolveDir: root }
    })
  },
})

export const bundle = async (root: string, outdir: string, manifest: Manifest): Promise<void> => {
  await build({
    absWorkingDir: root,
    entryPoints: ENTRIES,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.13',
    // Names stay: a stack trace in a bug report has to mean something.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    chunkNames: '[name]-[hash]',
    banner: { js: BANNER },
    // Its CommonJS form asks for its parts in a way that no bundler can follow.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    plugins: [embed(root, manifest), namesOfCommonJs(root)],
    logLevel: 'warning',
  })
}
