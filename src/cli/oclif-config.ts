// oclif's configuration with our explicit command table: metadata from the manifest where one is given, classes loaded one at a time.
import type { Command, Interfaces } from '@oclif/core'
import { Config, Plugin } from '@oclif/core/config'
import { type CommandLoader, commands } from '../../commands/index.ts'
import pjson from '../../package.json' with { type: 'json' }

export interface Manifest {
  readonly version: string
  readonly commands: Record<string, Command.Cached>
}

type Pjson = Interfaces.PJSON

/** Without oclif's own command discovery: nothing is looked for on disk. */
export const oclifPackage = (): Pjson => {
  const { commands: _discovered, ...oclif } = pjson.oclif
  return { ...(pjson as unknown as Pjson), oclif: structuredClone(oclif) as unknown as Pjson['oclif'] }
}

async function loadClass(plugin: Plugin, id: string, load: CommandLoader): Promise<Command.Class> {
  const found = (await load()).default
  found.id = id
  found.plugin = plugin as unknown as Interfaces.Plugin
  return found
}

/** Without `manifest` every command is loaded to read its flags: for development and for making the manifest. */
async function tablePlugin(root: string, manifest: Manifest | undefined): Promise<Plugin> {
  const plugin = new Plugin({ root, pjson: oclifPackage(), isRoot: true, ignoreManifest: true } as Interfaces.PluginOptions)
  const own = {
    findCommand: async (id: string) => {
      const load = Object.hasOwn(commands, id) ? commands[id] : undefined
      return load && loadClass(plugin, id, load)
    },
    getCommandIDs: async () => Object.keys(commands),
    // A copy: help rewrites ids in place.
    ...(manifest && { _manifest: async () => structuredClone(manifest) }),
  }
  Object.assign(plugin, own)
  await plugin.load()
  return plugin
}

export async function loadOclif(root: string, manifest?: Manifest): Promise<Config> {
  const plugin = await tablePlugin(root, manifest)
  return Config.load({ root, pjson: oclifPackage(), plugins: [plugin] } as unknown as Interfaces.LoadOptions)
}

/** The command surface as data: what oclif.manifest.json holds. */
export async function buildManifest(root: string): Promise<Manifest> {
  return (await tablePlugin(root, undefined)).manifest as unknown as Manifest
}
