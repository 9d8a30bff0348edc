// The install manifests of every Flux release, as the flux-operator module carries them. Read in the module cache, never copied.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { usageError } from '../../errors.ts'
import { writePin } from './build.ts'
import { manifestsFolder } from './flux-cli.ts'
import { FLUX_OPERATOR, moduleFolder } from './module-copy.ts'

/**
 * Folder with the *.yaml files of a Flux release. Downloads the pinned module on first use.
 * @param version `2.9.2` or `v2.9.2`
 */
export const fluxManifestsDir = async (version: string, signal?: AbortSignal): Promise<string> => {
  const operator = await operatorFolder(signal)
  const folder = manifestsFolder(operator, version.startsWith('v') ? version : `v${version}`)
  const isThere = /^v?\d+\.\d+\.\d+$/.test(version) && (await stat(folder).catch(() => undefined))?.isDirectory()
  if (isThere) return folder
  const known = (await fluxManifestVersions(signal)).join(', ')
  throw usageError('flux-release-unknown', `no install manifests of Flux ${version}`, `known are ${known}`)
}

/** `v2.2.3`, … in the order of the releases. */
export const fluxManifestVersions = async (signal?: AbortSignal): Promise<string[]> => {
  const names = await readdir(manifestsFolder(await operatorFolder(signal), '.'))
  return names.filter((name) => /^v\d+\.\d+\.\d+$/.test(name)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

const operatorFolder = async (signal?: AbortSignal): Promise<string> => {
  const pinned = await mkdtemp(join(tmpdir(), 'flux-ops-pin-'))
  try {
    await writePin('flux-manifests', pinned)
    return (await moduleFolder(FLUX_OPERATOR, pinned, signal)).dir
  } finally {
    await rm(pinned, { recursive: true, force: true })
  }
}
