// etcd, kube-apiserver and kube-controller-manager as plain processes on loopback, each with the flags a single-user cluster needs.
import { join } from 'node:path'
import { OpsError } from '../errors.ts'
import { readIfExists } from './atomic-file.ts'
import type { ProcessSpec, SandboxContext } from './contract.ts'
import { type Credentials, ensureCredentials, type User } from './credentials.ts'
import { type KubeHttp, kubeHttp } from './kube-http.ts'
import { writeKubeconfig } from './kubeconfig.ts'

export const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const
export type ControlPlanePart = (typeof CONTROL_PLANE)[number]

/** Starts what is not running and returns once the API answers `/readyz`. */
export async function startControlPlane(ctx: SandboxContext): Promise<void> {
  const credentials = await ensureCredentials(ctx.paths)
  // The API server waits for etcd by itself, so both start at once.
  await Promise.all([ctx.start(await etcdSpec(ctx)), ctx.start(await apiServerSpec(ctx, credentials))])
  await writeKubeconfigs(ctx, credentials)
  await ctx.start(controllerManagerSpec(ctx, credentials))
}

export async function controlPlaneSpec(ctx: SandboxContext, part: ControlPlanePart): Promise<ProcessSpec> {
  if (part === 'etcd') return await etcdSpec(ctx)
  const credentials = await ensureCredentials(ctx.paths)
  return part === 'kube-apiserver' ? await apiServerSpec(ctx, credentials) : controllerManagerSpec(ctx, credentials)
}

export function tool(ctx: Pick<SandboxContext, 'tools'>, name: string): string {
  const path = ctx.tools[name]
  if (path !== undefined) return path
  throw new OpsError({
    code: 'sandbox-tool-missing',
    message: `the sandbox has no ${name}`,
    hints: ['flux-ops sandbox up  builds what it needs'],
  })
}

async function etcdSpec(ctx: SandboxContext): Promise<ProcessSpec> {
  const client = `http://127.0.0.1:${await ctx.port('etcd')}`
  const peer = `http://127.0.0.1:${await ctx.port('etcdPeer')}`
  const flags = {
    'data-dir': ctx.paths.etcd,
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `default=${peer}`,
    'log-level': 'warn',
  }
  const argv = [tool(ctx, 'etcd'), ...flagList(flags), '--unsafe-no-fsync']
  return { name: 'etcd', argv, ready: async () => (await fetch(`${client}/readyz`)).ok, readyWithinMs: 60_000 }
}

async function apiServerSpec(ctx: SandboxContext, credentials: Credentials): Promise<ProcessSpec> {
  const port = await ctx.port('api')
  const flags = {
    'etcd-servers': `http://127.0.0.1:${await ctx.port('etcd')}`,
    'secure-port': String(port),
    'bind-address': '127.0.0.1',
    'advertise-address': '127.0.0.1',
    'endpoint-reconciler-type': 'none', // 127.0.0.1 is no valid endpoint address
    'cert-dir': ctx.paths.certs,
    'service-account-key-file': credentials.saPub,
    'service-account-signing-key-file': credentials.saKey,
    'service-account-issuer': 'https://kubernetes.default.svc',
    'authorization-mode': 'RBAC',
    'token-auth-file': credentials.tokensCsv,
    'service-cluster-ip-range': '10.0.0.0/24',
    'disable-admission-plugins': 'ServiceAccount',
    'anonymous-auth': 'false',
    'watch-cache': 'true',
    'shutdown-delay-duration': '0s',
    profiling: 'false',
    v: '1',
  }
  const argv = [tool(ctx, 'kube-apiserver'), ...flagList(flags), '--allow-privileged']
  const ready = async (): Promise<boolean> => {
    const client = await openClient(ctx, 'admin')
    try {
      return (await client.call<string>('GET', '/readyz')) === 'ok'
    } finally {
      client.close()
    }
  }
  // By default a fifth of what it computes is garbage collection; this costs some 250 MB.
  return { name: 'kube-apiserver', argv, env: { GOGC: '400' }, ready, readyWithinMs: 120_000 }
}

function controllerManagerSpec(ctx: SandboxContext, credentials: Credentials): ProcessSpec {
  const config = join(ctx.paths.secrets, 'kube-controller-manager.kubeconfig')
  const flags = {
    kubeconfig: config,
    'authentication-kubeconfig': config,
    'authorization-kubeconfig': config,
    'service-account-private-key-file': credentials.saKey,
    'leader-elect': 'false',
    'secure-port': '0',
    controllers: '*,-nodelifecycle,-nodeipam,-node-route-controller,-service-lb-controller',
    'kube-api-qps': '200',
    'kube-api-burst': '400',
    v: '1',
  }
  return { name: 'kube-controller-manager', argv: [tool(ctx, 'kube-controller-manager'), ...flagList(flags)] }
}

const flagList = (flags: Readonly<Record<string, string>>): string[] => Object.entries(flags).map(([name, value]) => `--${name}=${value}`)

/** kube-apiserver makes its serving certificate in --cert-dir: the file holds the certificate and the CA it made for it. */
export async function readCa(certs: string): Promise<string> {
  const ca = await readIfExists(join(certs, 'apiserver.crt'))
  if (ca !== undefined && ca !== '') return ca
  throw new Error('the API server has no certificate yet')
}

export async function openClient(ctx: Pick<SandboxContext, 'paths' | 'state'>, user: User): Promise<KubeHttp> {
  const { tokens } = await ensureCredentials(ctx.paths)
  const port = ctx.state().ports.api ?? 0
  return kubeHttp({ port, token: tokens[user], ca: await readCa(ctx.paths.certs) })
}

async function writeKubeconfigs(ctx: SandboxContext, { tokens }: Credentials): Promise<void> {
  const ca = await readCa(ctx.paths.certs)
  const port = await ctx.port('api')
  const context = `sandbox-${ctx.state().name}`
  await writeKubeconfig(ctx.paths.kubeconfig, { context, port, ca, token: tokens.admin })
  await writeKubeconfig(join(ctx.paths.secrets, 'viewer.kubeconfig'), { context: `${context}-viewer`, port, ca, token: tokens.viewer })
  for (const [file, token] of [
    ['kube-controller-manager', tokens.kcm],
    ['node-agent', tokens.node],
  ] as const) {
    await writeKubeconfig(join(ctx.paths.secrets, `${file}.kubeconfig`), { context, port, ca, token })
  }
}
