// The workflow that looks at proposals.
import type { Plot } from './plot.ts'
import { GITLAB_ROOT, WORKFLOWS } from './workflow-texts.ts'

const ROOT = '.gitlab-ci.yml'

const IGNORED = '.sourceignore'

/** Where Flux lists the root of the repository by itself it takes every YAML file for a manifest; of workflows it passes over those of GitHub alone. */
function hideFromFlux({ draft, places }: Plot, folder: string): void {
  if (places.followed !== '' || draft.has('kustomization.yaml') || draft.has('kustomization.yml') || draft.has('Kustomization')) return
  const line = `/${folder}/`
  const why = 'keeps Flux from taking the workflow for a manifest'
  if (draft.add(IGNORED, `# What Flux does not take for manifests.\n${line}\n`, why)) return
  if (draft.there.text(IGNORED)?.includes(line) !== true)
    draft.advise(`${IGNORED} stays as it is; add, or Flux takes the workflow for a manifest:\n${line}`)
}

export function layWorkflow(plot: Plot): void {
  const { draft, file } = plot
  const { layout } = file
  if (layout.ci === 'none') return
  const { path, text } = WORKFLOWS[layout.ci]
  const ours = draft.add(path, text, 'asks flux-ops about every proposal')
  if (ours) draft.advise(`${path} runs once what its first lines name is set`)
  if (layout.ci !== 'github') hideFromFlux(plot, path.slice(0, path.indexOf('/')))
  if (layout.ci !== 'gitlab') return
  if (draft.add(ROOT, GITLAB_ROOT, 'lets GitLab find the workflow')) return
  if (draft.there.text(ROOT)?.includes(path) !== true)
    draft.advise(`${ROOT} stays as it is and does not include ${path}; add:\n${GITLAB_ROOT.trimEnd()}`)
}
