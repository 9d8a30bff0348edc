import { found, list, ofKind, text } from './look.ts'
import type { ReleaseFact } from './types.ts'

const droppedRenderer = (renderer: unknown): string[] => {
  const kustomize = (renderer as { kustomize?: Record<string, unknown> } | null)?.kustomize ?? {}
  return ['patchesJson6902', 'patchesStrategicMerge'].filter((field) => list(kustomize[field]).length > 0)
}

export const FACTS_2_3: readonly ReleaseFact[] = [
  {
    id: 'helm-release-fields-kept',
    minor: '2.3',
    range: { component: 'helm-controller', from: '1.0.0' },
    title: 'HelmRelease v2 has no valuesFile, patchesJson6902 and patchesStrategicMerge',
    breaks: 'the API server drops the field, and the release is upgraded without those values or patches',
    fix: 'in git: valuesFile → valuesFiles, both kinds of patches → patches; push and wait until it is applied',
    source: 'https://github.com/fluxcd/helm-controller/blob/v1.0.0/CHANGELOG.md',
    severity: 'error',
    holds: 'no HelmRelease uses a field that its new API version has not',
    concerns: (world) =>
      found(
        ofKind(world, 'HelmRelease', ({ spec }) => {
          const fields = [
            ...(text(spec?.chart?.spec?.valuesFile) === '' ? [] : ['valuesFile']),
            ...list(spec?.postRenderers).flatMap(droppedRenderer),
          ]
          return fields.length === 0 ? undefined : `uses ${[...new Set(fields)].join(', ')}`
        }),
      ),
  },
]
