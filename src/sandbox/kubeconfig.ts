// Kubeconfig files of the sandbox. JSON is YAML: every client reads it.
import { writeFileAtomic } from './atomic-file.ts'

export interface KubeconfigInput {
  /** Name of cluster, context and user. */
  readonly context: string
  readonly port: number
  readonly ca: string
  readonly token?: string
  /** Clients re-read this file, so a token can be renewed under a running process. */
  readonly tokenFile?: string
  readonly namespace?: string
}

export async function writeKubeconfig(path: string, input: KubeconfigInput): Promise<void> {
  const user = input.token === undefined ? { tokenFile: input.tokenFile } : { token: input.token }
  const context = { cluster: input.context, user: input.context, ...(input.namespace === undefined ? {} : { namespace: input.namespace }) }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: input.context,
        cluster: { server: `https://127.0.0.1:${input.port}`, 'certificate-authority-data': Buffer.from(input.ca).toString('base64') },
      },
    ],
    users: [{ name: input.context, user }],
    contexts: [{ name: input.context, context }],
    'current-context': input.context,
  }
  await writeFileAtomic(path, `${JSON.stringify(config, null, 2)}\n`)
}
