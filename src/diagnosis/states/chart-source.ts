// A chart, an index, an image or an OCI artifact that cannot be had.
import { textOf } from '../well-formed.ts'
import { explained, person, reconcile, type State } from './case.ts'

export const chartSource: State = (found) => {
  const { object, said } = found
  if (!['HelmChart', 'HelmRepository', 'OCIRepository', 'Bucket', 'ImageRepository'].includes(object.kind)) return undefined
  const again = reconcile('once it is well, let Flux fetch at once', object)
  const bucket = [textOf(object.spec?.endpoint), textOf(object.spec?.bucketName)].filter((part) => part !== '').join('/')
  const url = textOf(object.spec?.url) || textOf(object.spec?.image) || textOf(object.spec?.chart) || bucket
  if (/unauthorized|authentication required|denied|\b40[13]\b/i.test(said))
    return explained(found, {
      state: 'artifact-credentials',
      says: `the server does not take the credentials for ${url}`,
      fixes: [person('give the Secret a credential that is valid'), again],
    })
  if (
    /no '.{0,600}' chart with version matching|no chart name found|could not locate a version|no match found for semver|manifest unknown|not found|\b404\b/i.test(
      said,
    )
  )
    return explained(found, {
      state: 'artifact-missing',
      says: `${url} is not there, or not in the version that is asked for`,
      fixes: [person('see what there is, and name that, in git'), again],
    })
  if (
    /connection refused|no such host|i\/o timeout|connection timed out|context deadline exceeded|connection reset|\b50[0234]\b/i.test(said)
  )
    return explained(found, {
      state: 'artifact-unreachable',
      says: `the server of ${url} does not answer`,
      fixes: [person('see whether it is up, and whether the cluster gets there: DNS, proxy, network policy'), again],
    })
  return undefined
}
