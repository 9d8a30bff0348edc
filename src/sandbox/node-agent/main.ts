// Entry of the node agent: `main.ts <folder of the sandbox>`. Ends at once on SIGTERM; its controllers go on and are adopted by the next agent.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../errors.ts'
import { readCa } from '../control-plane.ts'
import { ensureCredentials } from '../credentials.ts'
import { kubeHttp } from '../kube-http.ts'
import { agentStatePath, sandboxPaths } from '../paths.ts'
import { readState } from '../state.ts'
import { runAgent } from './agent.ts'
import { serveKubelet } from './kubelet.ts'
import type { NodeContext } from './node.ts'
import { registerNode } from './node-object.ts'
import { openRecords } from './records.ts'
import { serviceProxy, silenced } from './service-proxy.ts'

const log = (text: string): void => console.log(`${new Date().toISOString()} ${text}`)

async function main(dir: string): Promise<void> {
  const state = await readState(dir)
  if (state === undefined) throw new Error(`${dir} is no sandbox`)
  const paths = sandboxPaths(dir)
  const port = (name: string): number => {
    const chosen = state.ports[name]
    if (chosen === undefined) throw new Error(`no port is chosen for ${name}`)
    return chosen
  }
  const ca = await readCa(paths.certs)
  const { tokens } = await ensureCredentials(paths)
  const client = kubeHttp({ port: port('api'), token: tokens.node, ca })
  const services = { source: port('source'), notification: port('notification') }
  const records = await openRecords(agentStatePath(dir))
  const node: NodeContext = { sandboxId: state.id, paths, client, ca, apiPort: port('api'), services, records, log }
  const notification = await serviceProxy(services.notification)
  const proxies = {
    source: await serviceProxy(services.source),
    notification: state.silent === true ? silenced(notification) : notification,
  }
  const key = await readFile(join(paths.certs, 'apiserver.key'), 'utf8')
  await serveKubelet({ port: port('kubelet'), cert: ca, key, paths })
  await untilDone('node registered', () => registerNode(client, port('kubelet')))
  await runAgent(node, proxies, new AbortController().signal)
}

async function untilDone(what: string, work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await work()
      log(what)
      return
    } catch (error) {
      log(messageOf(error))
      await sleep(500)
    }
  }
}

process.on('SIGTERM', () => process.exit(0))
process.on('unhandledRejection', (error) => log(`unhandled: ${messageOf(error)}`))
main(process.argv[2] ?? '').catch((error: unknown) => {
  log(messageOf(error))
  process.exit(1)
})
