// With two files at a time, a long one that is begun last is waited for alone: what is known to take long is begun first.
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Longest first. One that is missing here costs time, nothing else. */
const LONG = [
  'test/runbooks/upgrade/styles.test.ts',
  'test/runbooks/migrate-operator/move.test.ts',
  'test/runbooks/age-rotate/rotate.test.ts',
  'test/runbooks/credentials/rotate.test.ts',
  'test/runbooks/restore/restore.test.ts',
  'test/runbooks/upgrade/rehearsal.test.ts',
  'test/runbooks/upgrade/faults/under-way.test.ts',
  'test/runbooks/upgrade/faults/refusals.test.ts',
  'test/sandbox/services/styles.test.ts',
  'test/sandbox/promises.test.ts',
  'test/runbooks/upgrade/helm.test.ts',
  'test/runbooks/upgrade/cluster-checks.test.ts',
  'test/sandbox/node-agent.test.ts',
  'test/sandbox/storage-migration.test.ts',
  'test/bootstrap/restore-drill.test.ts',
  'test/bootstrap/forge.test.ts',
  'test/faults/kill-pin.test.ts',
  'test/faults/chain.test.ts',
  'test/faults/chain-whole.test.ts',
  'test/faults/faults-pin.test.ts',
  'test/faults/rehearsal.test.ts',
  'test/faults/kill-bootstrap.test.ts',
  'test/faults/faults-bootstrap.test.ts',
  'test/faults/kill-operator.test.ts',
]

const rank = ({ moduleId }: TestSpecification): number => {
  const found = LONG.findIndex((path) => moduleId.endsWith(`/${path}`))
  return found === -1 ? LONG.length : found
}

const group = ({ project }: TestSpecification): string => `${project.config.sequence.groupOrder} ${project.name}`

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    // Groups stay as they are; Array.sort is stable.
    return sorted.sort((a, b) => (group(a) === group(b) ? rank(a) - rank(b) : 0))
  }
}
