// Kubernetes minors that each Flux minor is tested with. Kept by hand: no manifest says it. Source: the release announcements
// on fluxcd.io/blog (2024-05-13, 2024-09-30, 2025-02-20, 2025-05-29, 2025-09-29, 2026-02-23, 2026-06-30).
// The announcement of 2.2 (2023-12-12) names none, so none is given: an unknown range is never read as a pass.
import { type KubernetesRange, minorOf } from './types.ts'

const BLOG = 'https://fluxcd.io/blog'

export const KUBERNETES: Readonly<Record<string, KubernetesRange>> = {
  '2.3': { min: '1.28', max: '1.30', source: `${BLOG}/2024/05/flux-v2.3.0/` },
  '2.4': { min: '1.29', max: '1.31', source: `${BLOG}/2024/09/flux-v2.4.0/` },
  '2.5': { min: '1.30', max: '1.32', source: `${BLOG}/2025/02/flux-v2.5.0/` },
  '2.6': { min: '1.31', max: '1.33', source: `${BLOG}/2025/05/flux-v2.6.0/` },
  '2.7': { min: '1.32', max: '1.34', source: `${BLOG}/2025/09/flux-v2.7.0/` },
  '2.8': { min: '1.33', max: '1.35', source: `${BLOG}/2026/02/flux-v2.8.0/` },
  '2.9': { min: '1.34', max: '1.36', source: `${BLOG}/2026/06/flux-v2.9.0/` },
}

export type KubernetesVerdict =
  | { readonly status: 'tested'; readonly range: KubernetesRange }
  | { readonly status: 'too-old' | 'too-new'; readonly range: KubernetesRange; readonly message: string }
  | { readonly status: 'unknown'; readonly message: string }

/** `1.34` as 34; undefined for anything that is not Kubernetes 1.x. Vendors add `+` or a suffix: v1.31.2-gke.1, v1.33+. */
const kubernetesMinor = (version: string): number | undefined => {
  const found = /^v?1\.(\d{1,4})(?:\D|$)/.exec(version)
  return found ? Number(found[1]) : undefined
}

/** `gitVersion` of the API server against the minors a Flux release (2.9.2) is tested with. Never throws. */
export function kubernetesVerdict(release: string, gitVersion: string): KubernetesVerdict {
  const minor = minorOf(release)
  const range = KUBERNETES[minor]
  const running = kubernetesMinor(gitVersion)
  if (!range) return { status: 'unknown', message: `which Kubernetes versions Flux ${minor} is tested with is not known` }
  if (running === undefined) return { status: 'unknown', message: `${gitVersion} is not a Kubernetes version` }

  const tested = `Flux ${minor} is tested with Kubernetes ${range.min} to ${range.max}`
  if (running < (kubernetesMinor(range.min) ?? 0))
    return { status: 'too-old', range, message: `Kubernetes ${gitVersion} is too old: ${tested}` }
  if (running > (kubernetesMinor(range.max) ?? 0))
    return { status: 'too-new', range, message: `Kubernetes ${gitVersion} is newer than that: ${tested}` }
  return { status: 'tested', range }
}
