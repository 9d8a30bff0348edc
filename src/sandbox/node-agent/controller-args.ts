// The flags of a Flux controller for this machine: those of the pod spec, with every address on loopback and every path inside the sandbox. Pure.

export interface ControllerPorts {
  readonly metrics: number
  readonly health: number
  /** storage (source-controller), or the events receiver (notification-controller). */
  readonly http: number
  readonly webhook: number
}

/** Fixed ports that forward to whichever pod serves now; see service-proxy.ts. */
export interface ServicePorts {
  readonly source: number
  readonly notification: number
}

export interface ArgsInput {
  readonly controller: string
  /** From the pod spec, variables expanded. */
  readonly args: readonly string[]
  readonly ports: ControllerPorts
  readonly services: ServicePorts
  /** Folder that stands for the component's storage. */
  readonly storage: string
  /** mountPath -> folder. */
  readonly mounts: Readonly<Record<string, string>>
}

export function controllerArgs(input: ArgsInput): string[] {
  const local = (port: number): string => `127.0.0.1:${port}`
  const { ports, services, controller } = input
  const overrides: Record<string, string> = { 'metrics-addr': local(ports.metrics), 'health-addr': local(ports.health) }
  if (controller === 'source-controller' || controller === 'source-watcher') {
    overrides['storage-path'] = input.storage
    overrides['storage-addr'] = local(ports.http)
    overrides['storage-adv-addr'] = controller === 'source-controller' ? local(services.source) : local(ports.http)
  }
  if (controller === 'flux-operator') Object.assign(overrides, operatorOverrides(input.storage))
  if (controller === 'notification-controller') {
    overrides['events-addr'] = local(ports.http)
    overrides.receiverAddr = local(ports.webhook)
  } else if (input.args.some((arg) => flagName(arg) === 'events-addr')) {
    overrides['events-addr'] = `http://${local(services.notification)}/`
  }
  const kept = withoutFlags(input.args, new Set([...Object.keys(overrides), 'enable-leader-election']))
  return [...kept.map((arg) => relocateArg(arg, input.mounts)), ...Object.entries(overrides).map(([name, value]) => `--${name}=${value}`)]
}

/** The operator elects a leader and serves pages unless it is told not to; what its image has in /data lies in the component's storage. */
const operatorOverrides = (storage: string): Record<string, string> => ({
  'storage-path': storage,
  'web-server-port': '0',
  'enable-leader-election': 'false',
})

const flagName = (arg: string): string | undefined => /^--?([A-Za-z][\w-]*)/.exec(arg)?.[1]

function withoutFlags(args: readonly string[], names: ReadonlySet<string>): string[] {
  const kept: string[] = []
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? ''
    const name = flagName(arg)
    if (name === undefined || !names.has(name)) {
      kept.push(arg)
      continue
    }
    const next = args[index + 1]
    const takesNext = !arg.includes('=') && name !== 'enable-leader-election' && next !== undefined && !next.startsWith('-')
    if (takesNext) index += 1
  }
  return kept
}

/** A path below a mount of the pod becomes the same path below the folder that stands for it. The longest mount wins. */
export function relocate(path: string, mounts: Readonly<Record<string, string>>): string {
  const mount = Object.keys(mounts)
    .filter((candidate) => path === candidate || path.startsWith(`${candidate.replace(/\/$/, '')}/`))
    .sort((a, b) => b.length - a.length)[0]
  return mount === undefined ? path : `${mounts[mount]}${path.slice(mount.replace(/\/$/, '').length)}`
}

function relocateArg(arg: string, mounts: Readonly<Record<string, string>>): string {
  const at = arg.indexOf('=')
  return at < 0 ? relocate(arg, mounts) : `${arg.slice(0, at + 1)}${relocate(arg.slice(at + 1), mounts)}`
}
