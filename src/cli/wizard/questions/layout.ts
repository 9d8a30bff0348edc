// What is laid out in the repository, and how it gets there.
import type { Facts } from '../facts.ts'
import type { Choice, Fields, Question } from '../model.ts'
import { forgeOf, isForge } from '../places.ts'

/** Folders of the usual layouts, or anything that Flux applies. */
const isLaidOut = ({ repository }: Facts): boolean =>
  (repository?.files ?? []).some((file) =>
    /(^|\/)(apps|infrastructure|clusters|applications|core|operators|cluster|kubernetes)\//.test(file),
  )

const layout: Question = {
  id: 'layout',
  name: 'layout',
  ask: 'Which folders are to be laid out?',
  why: 'What is there stays; only what is missing is made.',
  help: [
    'layers: infrastructure, operators, core and apps, each waits for the one before it.',
    'overlays: a base, and an overlay for each cluster. oci: with a Flux that keeps itself by its OCI artifact (style kustomize).',
  ],
  notes: (facts) => (isLaidOut(facts) ? ['The repository has folders of its own already.'] : []),
  choices: (_facts, { style }): readonly Choice[] => [
    { value: 'none', label: 'none', detail: 'I have my own' },
    { value: 'layers', label: 'layers', detail: 'infrastructure → operators → core → apps' },
    { value: 'overlays', label: 'overlays', detail: 'a base, and an overlay for each cluster' },
    ...(style === 'kustomize' ? [{ value: 'oci', label: 'oci', detail: 'bootstrap, flux and apps; Flux keeps itself' }] : []),
  ],
  preset: (facts, { style }) => (isLaidOut(facts) ? 'none' : style === 'kustomize' ? 'oci' : 'layers'),
  owns: ['layout.kind'],
  fields: (text) => ({ 'layout.kind': text }),
  read: ({ layout: file, metadata }) => file?.kind ?? (metadata === undefined ? undefined : 'none'),
}

const sampleApp: Question = {
  id: 'sampleApp',
  name: 'sample app',
  ask: 'Add a small app that shows that Flux applies?',
  why: 'Something to look at; it is taken out like any other app.',
  help: ['It is laid out beside your own apps, and asks for next to nothing.'],
  when: ({ layout: kind }) => kind !== undefined && kind !== 'none',
  choices: () => [
    { value: 'no', label: 'no' },
    { value: 'yes', label: 'yes' },
  ],
  preset: () => 'no',
  owns: ['layout.sampleApp'],
  fields: (text): Fields => (text === 'yes' ? { 'layout.sampleApp': true } : {}),
  read: ({ layout: file }) => (file?.sampleApp === undefined ? undefined : file.sampleApp ? 'yes' : 'no'),
}

const CI: readonly (Choice & { readonly of: string })[] = [
  { value: 'github', label: 'github', detail: 'GitHub Actions', of: 'github' },
  { value: 'gitlab', label: 'gitlab', detail: 'GitLab CI', of: 'gitlab' },
  { value: 'forgejo', label: 'forgejo', detail: 'Forgejo and Gitea Actions', of: 'gitea' },
]

const ci: Question = {
  id: 'ci',
  name: 'workflow',
  ask: 'Add a workflow that checks proposals?',
  why: 'It runs flux-ops audit and upgrade plan on every pull request, before a merge breaks something.',
  help: ['It reads only; it needs no right to write to the cluster.'],
  choices: (_facts, answers) => {
    const forge = forgeOf(answers)
    const fitting = CI.filter(({ of }) => forge === undefined || of === forge)
    return [{ value: 'none', label: 'no' }, ...fitting.map(({ value, label, detail }) => ({ value, label, ...(detail && { detail }) }))]
  },
  preset: () => 'none',
  owns: ['layout.ci'],
  fields: (text): Fields => (text === 'none' ? {} : { 'layout.ci': text }),
  read: ({ layout: file, metadata }) => file?.ci ?? (metadata === undefined ? undefined : 'none'),
}

const publish: Question = {
  id: 'publish',
  name: 'publish',
  ask: 'How do the files get into the repository?',
  why: 'bootstrap writes them; what a branch lets through is yours to know.',
  help: ['pr: the run waits for the merge, and goes on with: flux-ops runs resume.'],
  when: (answers) => !isForge(answers),
  choices: () => [
    { value: 'push', label: 'push', detail: 'commits to the branch' },
    { value: 'pr', label: 'pull request', detail: 'for a branch that is protected' },
    { value: 'none', label: 'not at all', detail: 'files are written, I commit them' },
  ],
  preset: () => 'push',
  owns: ['git.publish'],
  fields: (text) => ({ 'git.publish': text }),
  read: ({ git }) => (git === undefined ? undefined : (git.publish ?? 'push')),
}

export const layoutQuestions: readonly Question[] = [layout, sampleApp, ci, publish]
