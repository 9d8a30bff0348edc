// The Flux Operator in a cluster that has no helm-controller yet: its own install manifests, which each of its releases publishes in the distribution
// artifact, in the shape in which a HelmRelease flux-operator takes them over. Source: internal/install of flux-operator, which does the same.
import { OpsError } from '../errors.ts'
import { OPERATOR_REGISTRY } from '../flux/catalogue/operator.ts'
import { OPERATOR } from '../flux/operator-move/operator.ts'
import type { ReadContext } from '../ports/context.ts'

export interface OperatorSource {
  /** `oci://host/path/flux-operator-manifests:v0.58.1` */
  readonly artifact: string
  /** Plain HTTP. */
  readonly insecure: boolean
}

const INSTALL = 'flux-operator/install.yaml'

const notFound = (artifact: string, why: string): OpsError =>
  new OpsError({
    code: 'operator-not-found',
    message: `the manifests of the Flux Operator could not be had from ${artifact}: ${why}`,
    hints: ['flux.operator.version and flux.operator.registry of the file', 'flux pull artifact reads the credentials of docker login'],
  })

/** For a preview. `file`: what comes of it. */
export const operatorLines = ({ artifact, insecure }: OperatorSource, file: string): string[] => [
  ['flux', ...pullArgs(artifact, insecure)].join(' '),
  `${INSTALL}, with the labels by which the HelmRelease in git takes it over, as ${file}`,
]

const pullArgs = (artifact: string, insecure: boolean): string[] => [
  'pull',
  'artifact',
  artifact,
  '--output',
  '.',
  ...(insecure ? ['--insecure-registry'] : []),
]

/** As published. Throws OpsError `operator-not-found`. */
export async function pullOperator(ctx: ReadContext, { artifact, insecure }: OperatorSource): Promise<string> {
  ctx.progress({ waitingFor: 'the manifests of the Flux Operator', lastSeen: artifact })
  const command = { tool: 'flux', args: pullArgs(artifact, insecure), effect: 'read', scratch: { files: {}, collect: [INSTALL] } } as const
  const { exitCode, stderr, left } = await ctx.exec.run({ ...command, allowFailure: true, timeoutMs: 120_000 })
  if (exitCode !== 0) throw notFound(artifact, stderr.trim().split('\n').at(-1)?.slice(0, 400) || `flux ended with ${exitCode}`)
  const text = left?.[INSTALL]
  if (text === undefined) throw notFound(artifact, `it has no ${INSTALL}`)
  return text
}

export interface OperatorShape {
  readonly namespace: string
  readonly registry: string
  readonly imagePullSecret?: string | undefined
  readonly tolerationKeys: readonly string[]
}

/** The selectors of the chart, which no Deployment can be given later, and the marks by which Helm knows what is its own. */
export function operatorOverlay({ namespace, registry, imagePullSecret, tolerationKeys }: OperatorShape): object {
  const helm = { 'meta.helm.sh/release-name': OPERATOR, 'meta.helm.sh/release-namespace': namespace }
  const pods = {
    ...(imagePullSecret === undefined ? {} : { imagePullSecrets: [{ name: imagePullSecret }] }),
    ...(tolerationKeys.length === 0 ? {} : { tolerations: tolerationKeys.map((key) => ({ key, operator: 'Exists' })) }),
  }
  const patch = (kind: string, target: object, more: object): object => ({
    target,
    patch: JSON.stringify({ apiVersion: 'v1', kind, metadata: { name: 'all' }, ...more }),
  })
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace,
    resources: ['install.yaml'],
    labels: [
      { pairs: { 'app.kubernetes.io/name': OPERATOR, 'app.kubernetes.io/instance': OPERATOR }, includeSelectors: true },
      { pairs: { 'app.kubernetes.io/managed-by': 'Helm' } },
    ],
    ...(registry === OPERATOR_REGISTRY
      ? {}
      : { images: [{ name: `${OPERATOR_REGISTRY}/${OPERATOR}`, newName: `${registry}/${OPERATOR}` }] }),
    patches: [
      // The namespace is there, and not the chart's.
      patch('Namespace', { kind: 'Namespace' }, { $patch: 'delete' }),
      patch('All', { kind: '.*' }, { metadata: { name: 'all', annotations: helm } }),
      ...(Object.keys(pods).length === 0 ? [] : [patch('Deployment', { kind: 'Deployment' }, { spec: { template: { spec: pods } } })]),
    ],
  }
}

/** Throws OpsError `tool-failed`. */
export async function operatorManifests(ctx: ReadContext, published: string, shape: OperatorShape): Promise<string> {
  const files = { 'install.yaml': published, 'kustomization.yaml': `${JSON.stringify(operatorOverlay(shape))}\n` }
  const command = { tool: 'kubectl', args: ['kustomize', '.'], effect: 'read', scratch: { files }, timeoutMs: 60_000 } as const
  return (await ctx.exec.run(command)).stdout
}
