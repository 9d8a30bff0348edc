// What is named is not there: a source, a dependency, a chart.
import { edgesOf } from '../edges.ts'
import { mayBeThere } from '../snapshot.ts'
import { explained, never, person, type State } from './case.ts'

const SAYS_MISSING = /not found|dependency .{0,600} (is not ready|not found)/i

export const missingObject: State = (found) => {
  const { object, world, said } = found
  const edges = edgesOf(object).filter(({ via, to }) => via !== 'applies' && !world.sightings.has(to))
  const gone = edges.filter(({ to }) => !mayBeThere(world.snapshot, to))
  const [first] = gone
  if (first === undefined || !SAYS_MISSING.test(said)) return undefined
  const names = gone.map(({ to }) => to).join(', ')
  return explained(found, {
    state: first.via === 'dependsOn' ? 'dependency-missing' : 'source-missing',
    says: `it names ${names}, which ${gone.length === 1 ? 'is' : 'are'} not there`,
    fixes: [
      person(
        first.via === 'dependsOn'
          ? 'bring back what it depends on, or take the name out of spec.dependsOn, in git'
          : 'bring the source back, or name another, in git',
      ),
      ...(first.via === 'dependsOn'
        ? [never('taking dependsOn out in the cluster: Flux puts it back, and nothing has changed in git')]
        : []),
    ],
  })
}
