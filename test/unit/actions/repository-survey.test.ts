import { describe, expect, it } from 'vitest'
import { surveyRepository } from '../../../src/actions/repository-survey.ts'
import { fakeContext } from './fakes.ts'

const git = {
  root: async () => '/repo',
  head: async () => 'a'.repeat(40),
  branch: async () => 'main',
  upstream: async () => undefined,
}

describe('the survey of a repository', () => {
  it('reads YAML and Terraform, and no modules that Terraform has downloaded', async () => {
    const paths = ['a.yaml', 'infra/flux.tf', 'infra/flux.tofu', 'infra/.terraform/modules/x.tf', 'README.md']
    const files = new Map(paths.map((path) => [`/repo/${path}`, 'text']))

    const survey = await surveyRepository(fakeContext({ git, files }), '/repo')

    expect(survey.files.map((file) => file.path)).toEqual(['a.yaml', 'infra/flux.tf', 'infra/flux.tofu'])
  })

  it('reads the first 500 Terraform files of a repository full of them', async () => {
    const files = new Map(Array.from({ length: 600 }, (_, index) => [`/repo/${String(index).padStart(3, '0')}.tf`, ''] as const))

    const survey = await surveyRepository(fakeContext({ git, files }), '/repo')

    expect(survey.files).toHaveLength(500)
  })
})
