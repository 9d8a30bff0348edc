// A real browser that `npm ci` brings: the binary and its libraries lie packed in a package, and are unpacked once into the cache. Nothing of the machine is
// used but its C library, and no font of its either, so that what is measured is the same everywhere.
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createBrotliDecompress } from 'node:zlib'
import { type Browser, chromium } from 'playwright-core'
import { extract } from 'tar'

const ARGUMENTS = ['--no-sandbox', '--no-zygote', '--disable-gpu', '--font-render-hinting=none', '--host-resolver-rules=MAP * ~NOTFOUND']

/** On another system, or to look at what another browser makes of it. */
const OTHER = 'FLUX_OPS_TEST_CHROMIUM'

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const fontsConf = (folder: string): string => `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'font-cache')}</cachedir></fontconfig>
`

/** `home`: where it will be in the end, and looks for its fonts. */
async function unpackInto(folder: string, from: string, home: string): Promise<void> {
  const packed = (name: string) => createReadStream(join(from, `${name}.br`)).compose(createBrotliDecompress())
  await pipeline(packed('chromium'), createWriteStream(join(folder, 'chromium'), { mode: 0o755 }))
  for (const name of ['al2023.tar', 'fonts.tar']) await pipeline(packed(name), extract({ cwd: folder }))
  await writeFile(join(folder, 'fonts.conf'), fontsConf(home))
}

/** Made aside and renamed: of two that unpack at the same time one wins. */
async function unpacked(): Promise<string> {
  const main = fileURLToPath(import.meta.resolve('@sparticuz/chromium'))
  const root = dirname(dirname(main))
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const base = process.env.XDG_CACHE_HOME?.startsWith('/') ? process.env.XDG_CACHE_HOME : join(homedir(), '.cache')
  const cache = join(base, 'flux-ops')
  const folder = join(cache, `chromium-${version}`)
  if (await isThere(folder)) return folder
  await mkdir(cache, { recursive: true })
  const aside = await mkdtemp(`${folder}.`)
  try {
    await unpackInto(aside, join(root, 'bin'), folder)
    await rename(aside, folder)
  } catch (error) {
    if (!(await isThere(folder))) throw error
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
  return folder
}

/** No name is resolved in it: it has no network. */
export async function openChromium(): Promise<Browser> {
  const other = process.env[OTHER]
  if (other !== undefined) return await chromium.launch({ executablePath: other, args: ARGUMENTS })
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`the Chromium of the tests is one for Linux on x64: set ${OTHER} to the program of yours`)
  const folder = await unpacked()
  // Only its own libraries and fonts: nothing that happens to be installed.
  const env = { LD_LIBRARY_PATH: join(folder, 'lib'), FONTCONFIG_PATH: folder, HOME: folder, PATH: '' }
  return await chromium.launch({ executablePath: join(folder, 'chromium'), args: ARGUMENTS, env })
}
