// What a container becomes on this node: a real process, a refusal, or a report without a process. Pure.
import type { Tools } from '../contract.ts'
import { SIMULATED, STAND_INS } from '../partial-releases.ts'

export const FAIL_ANNOTATION = 'sandbox.flux-ops.dev/fail'
export const SIMULATED_ANNOTATION = 'flux-ops.dev/simulated'
export const STAND_IN_ANNOTATION = 'flux-ops.dev/stand-in'

export const FLUX_CONTROLLERS = [
  'source-controller',
  'kustomize-controller',
  'helm-controller',
  'notification-controller',
  'image-reflector-controller',
  'image-automation-controller',
  'source-watcher',
] as const

/** Images that become a process besides Flux' own. */
const FLUX_OPERATOR = 'flux-operator'

export type ContainerPlan =
  /** `standIn`: the binary is this one, of another release than the image. */
  | { readonly kind: 'process'; readonly controller: string; readonly binary: string; readonly standIn?: string }
  | { readonly kind: 'simulated'; readonly controller: string }
  | { readonly kind: 'no-image'; readonly message: string }
  | { readonly kind: 'pretend'; readonly readyAfterMs: number }
  | { readonly kind: 'never-ready' }
  | { readonly kind: 'crash-loop' }
  | { readonly kind: 'completes' }

/** `ghcr.io/fluxcd/source-controller:v1.7.3@sha256:…` -> name and tag; the tag is '' when there is none. */
export function parseImage(image: string): { name: string; tag: string } {
  const last = (image.split('@')[0] ?? '').split('/').at(-1) ?? ''
  const [name = '', tag = ''] = last.split(':')
  return { name, tag }
}

export interface PlanInput {
  readonly image: string
  readonly fail: string | undefined
  readonly restartPolicy: string | undefined
  readonly tools: Tools
}

export function planContainer({ image, fail, restartPolicy, tools }: PlanInput): ContainerPlan {
  const failure = planFailure(image, fail)
  if (failure !== undefined) return failure
  const { name, tag } = parseImage(image)
  if (name !== FLUX_OPERATOR && !FLUX_CONTROLLERS.some((controller) => controller === name)) {
    return restartPolicy === undefined || restartPolicy === 'Always' ? { kind: 'pretend', readyAfterMs: 0 } : { kind: 'completes' }
  }
  const binary = tools[`${name}-${tag.replace(/^v/, '')}`]
  if (binary !== undefined) return { kind: 'process', controller: name, binary }
  const standIn = STAND_INS[`${name}:${tag}`]
  const other = standIn === undefined ? undefined : tools[standIn]
  if (standIn !== undefined && other !== undefined) return { kind: 'process', controller: name, binary: other, standIn }
  if (SIMULATED.has(`${name}:${tag}`)) return { kind: 'simulated', controller: name }
  return { kind: 'no-image', message: `Back-off pulling image "${image}": the sandbox has no binary of this version` }
}

function planFailure(image: string, fail: string | undefined): ContainerPlan | undefined {
  if (fail === 'image-pull') return { kind: 'no-image', message: `Back-off pulling image "${image}": asked for by ${FAIL_ANNOTATION}` }
  if (fail === 'crash-loop') return { kind: 'crash-loop' }
  if (fail === 'never-ready') return { kind: 'never-ready' }
  const seconds = /^ready-after=(\d{1,6})$/.exec(fail ?? '')?.[1]
  return seconds === undefined ? undefined : { kind: 'pretend', readyAfterMs: Number(seconds) * 1000 }
}
