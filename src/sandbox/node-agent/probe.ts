// Readiness the way the pod asks for it: its own httpGet probe, on the loopback port that stands for the container's port.
import type { ControllerPorts } from './controller-args.ts'
import { parseImage } from './plan.ts'
import type { Container } from './pod-types.ts'

export function probeUrl(container: Container, ports: ControllerPorts): string {
  const probe = container.readinessProbe?.httpGet
  const named = typeof probe?.port === 'number' ? container.ports?.find((port) => port.containerPort === probe.port)?.name : probe?.port
  const byName: Readonly<Record<string, number>> = {
    http: ports.http,
    'http-webhook': ports.webhook,
    'http-prom': ports.metrics,
    healthz: ports.health,
    // flux-operator gives its ports other names: `http` is the one for its probes.
    ...(parseImage(container.image).name === 'flux-operator' ? { http: ports.health, 'http-metrics': ports.metrics } : {}),
  }
  const port = byName[named ?? '']
  return port === undefined ? `http://127.0.0.1:${ports.health}/readyz` : `http://127.0.0.1:${port}${probe?.path ?? '/'}`
}

export async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1000) })
    await answer.arrayBuffer()
    return answer.ok
  } catch {
    return false
  }
}
