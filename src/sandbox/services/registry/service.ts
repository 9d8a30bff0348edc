// distribution on a loopback port, its data below the sandbox's folder.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../../atomic-file.ts'
import type { SandboxContext } from '../../contract.ts'
import { keptSecret, randomPassword } from '../kept-secret.ts'

export const registryData = (ctx: SandboxContext): string => join(ctx.paths.registry, 'data')

/** `127.0.0.1:<port>`: what comes behind `oci://`. */
export const registryHost = async (ctx: SandboxContext): Promise<string> => `127.0.0.1:${await ctx.port('registry')}`

const configuration = (host: string, data: string, secret: string): string =>
  JSON.stringify({
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: data }, delete: { enabled: true }, maintenance: { uploadpurging: { enabled: false } } },
    http: { addr: host, secret },
  })

/** Starts the registry, unless it lives. What it holds is the caller's business. */
export async function startRegistry(ctx: SandboxContext): Promise<void> {
  const host = await registryHost(ctx)
  const data = registryData(ctx)
  await mkdir(data, { recursive: true, mode: 0o700 })
  const secret = await keptSecret(join(ctx.paths.secrets, 'registry-http-secret'), randomPassword)
  const configFile = join(ctx.paths.registry, 'config.json') // YAML reads JSON
  await writeFileAtomic(configFile, `${configuration(host, data, secret)}\n`)
  await ctx.start({
    name: 'registry',
    argv: [ctx.tools.registry ?? 'registry', 'serve', configFile],
    env: { OTEL_TRACES_EXPORTER: 'none' },
    ready: async () => (await fetch(`http://${host}/v2/`, { signal: AbortSignal.timeout(2_000) })).ok,
    readyWithinMs: 15_000,
  })
}
