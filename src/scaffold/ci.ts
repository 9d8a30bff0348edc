// The workflow that looks at proposals.
import type { Plot } from './plot.ts'
import { GITLAB_ROOT, WORKFLOWS } from './workflow-texts.ts'

const ROOT = '.gitlab-ci.yml'

export function layWorkflow({ draft, file: { layout } }: Plot): void {
  if (layout.ci === 'none') return
  const { path, text } = WORKFLOWS[layout.ci]
  const ours = draft.add(path, text, 'asks flux-ops about every proposal')
  if (ours) draft.advise(`${path} runs once the variables and the secret are set that its first lines name`)
  if (layout.ci !== 'gitlab') return
  if (draft.add(ROOT, GITLAB_ROOT, 'lets GitLab find the workflow')) return
  if (draft.there.text(ROOT)?.includes(path) !== true)
    draft.advise(`${ROOT} stays as it is and does not include ${path}; add:\n${GITLAB_ROOT.trimEnd()}`)
}
