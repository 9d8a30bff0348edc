// cmd/flux embeds the release's install manifests, which its module does not carry: they come from the pinned flux-operator module,
// into a private copy of the module's folder.
import { cp, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { copyTree, FLUX_OPERATOR, makeWritable, moduleFolder } from './module-copy.ts'

const FLUX = 'github.com/fluxcd/flux2/v2'

export const manifestsFolder = (operatorDir: string, version: string): string => join(operatorDir, 'config', 'data', 'flux', version)

/** @returns the folder to build `./cmd/flux` in. */
export const copyFluxSource = async (pinned: string, target: string, signal?: AbortSignal): Promise<string> => {
  const flux = await moduleFolder(FLUX, pinned, signal)
  const operator = await moduleFolder(FLUX_OPERATOR, pinned, signal)
  await copyTree(flux.dir, target)
  const manifests = join(target, 'cmd', 'flux', 'manifests')
  await mkdir(manifests, { recursive: true })
  const from = manifestsFolder(operator.dir, flux.version)
  for (const name of await readdir(from)) if (name.endsWith('.yaml')) await cp(join(from, name), join(manifests, name))
  await makeWritable(target)
  return target
}
