// A restored sandbox answers before its controllers have looked at everything again: tests and benchmarks begin when they have.
import { environment } from '../../src/sandbox/index.ts'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { runTool } from '../../src/sandbox/run-tool.ts'

const KINDS = [
  'gitrepositories.source.toolkit.fluxcd.io',
  'ocirepositories.source.toolkit.fluxcd.io',
  'helmcharts.source.toolkit.fluxcd.io',
  'kustomizations.kustomize.toolkit.fluxcd.io',
  'helmreleases.helm.toolkit.fluxcd.io',
].join(',')

/** Of the Flux Operator, where it is there. */
const INSTANCES = 'fluxinstances.fluxcd.controlplane.io'

interface Item {
  metadata: { generation?: number }
  status?: { observedGeneration?: number; conditions?: { type: string; status: string; observedGeneration?: number }[] }
}

const isReady = ({ metadata, status }: Item): boolean =>
  status?.observedGeneration === metadata.generation &&
  (status?.conditions ?? []).some((each) => each.type === 'Ready' && each.status === 'True')

/** The operator stamps the generation on the condition. */
const isWell = ({ metadata, status }: Item): boolean =>
  (status?.conditions ?? []).some(
    (each) => each.type === 'Ready' && each.status === 'True' && (each.observedGeneration ?? 0) >= (metadata.generation ?? 0),
  )

/** Waits until every Deployment of Flux is rolled out and every Flux object has seen its last generation and is Ready. */
export async function settled(dir: string, kubectl: string, withinMs = 120_000): Promise<void> {
  const env = environment({ dir })
  const probe = async (): Promise<boolean> => {
    await runTool(kubectl, ['-n', 'flux-system', 'rollout', 'status', 'deployment', '--timeout=30s'], env)
    const { stdout } = await runTool(kubectl, ['get', KINDS, '-A', '-o', 'json'], env)
    const { items } = JSON.parse(stdout) as { items: Item[] }
    const { stdout: kept } = await runTool(kubectl, ['get', INSTANCES, '-A', '-o', 'json'], env, { allowFailure: true })
    const instances = kept === '' ? [] : (JSON.parse(kept) as { items: Item[] }).items
    return items.length > 0 && items.every(isReady) && instances.every(isWell)
  }
  await waitUntil('the restored sandbox to settle', probe, { withinMs })
}
