// Sources that are no git: registries, Helm repositories, buckets. What is asked for is not there, not let out, not signed, or no address at all.
import { generateKeyPairSync } from 'node:crypto'
import { configMap, helmRelease, kustomization, type Place, type Scenario, source } from '../scenario.ts'

const of = (kind: string, { namespace }: Place, spec: object): object => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind,
  metadata: { name: 'src', namespace },
  spec: { interval: '1m', timeout: '10s', ...spec },
})

interface More {
  readonly before?: (place: Place) => readonly object[]
  readonly mended?: (place: Place) => object
}

/** A source, and a Kustomization that waits for it. */
const failing =
  (kind: string) =>
  (id: string, title: string, state: string, says: RegExp, spec: (place: Place) => object, { before, mended }: More = {}): Scenario => ({
    id,
    title: `${kind} ${title}`,
    ...(before === undefined ? {} : { before }),
    objects: (place) => [
      of(kind, place, spec(place)),
      kind === 'HelmRepository'
        ? helmRelease(place, 'app', { chart: { spec: { chart: 'web', sourceRef: { kind, name: 'src' } } } })
        : kustomization(place, 'app', { sourceRef: { kind, name: 'src' } }),
    ],
    expects: ({ namespace }) => ({
      object: `${kind} ${namespace}/src`,
      state,
      blocks:
        kind === 'HelmRepository'
          ? [`HelmChart ${namespace}/${namespace}-app`, `HelmRelease ${namespace}/app`]
          : [`Kustomization ${namespace}/app`],
      says,
    }),
    ...(mended === undefined ? {} : { mended: (place) => ({ objects: [of(kind, place, mended(place))] }) }),
  })

const oci = failing('OCIRepository')
const helm = failing('HelmRepository')
const bucket = failing('Bucket')
const git = failing('GitRepository')

const host = (url: string): string => new URL(url).host

const there = ({ artifact }: Place): object => ({ url: artifact.url, insecure: true, ref: { tag: artifact.tag } })

const secret = ({ namespace }: Place, name: string, stringData: object): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  stringData,
})

/** Of a key that nobody has ever signed with. */
const publicKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }).toString()

const BUCKET = { provider: 'generic', insecure: true, secretRef: { name: 'bucket' } }

const bucketSecret = (place: Place): object[] => [secret(place, 'bucket', { accesskey: 'a', secretkey: 'b' })]

export const artifacts: readonly Scenario[] = [
  oci(
    'oci-semver-missing',
    'with a range that no tag is in',
    'artifact-missing',
    /no match found for semver/,
    ({ artifact }) => ({
      url: artifact.url,
      insecure: true,
      ref: { semver: '>=99.0.0' },
    }),
    { mended: there },
  ),
  oci('oci-unauthorised', 'in a registry that lets nobody in', 'artifact-credentials', /401|UNAUTHORIZED|Unauthorized/, ({ server }) => ({
    url: `oci://${host(server)}/private/web`,
    insecure: true,
    ref: { tag: 'latest' },
  })),
  oci(
    'oci-url-invalid',
    'with a tag in its address',
    'url-invalid',
    /URL validation failed/,
    ({ artifact }) => ({
      url: `${artifact.url}:${artifact.tag}`,
      insecure: true,
    }),
    { mended: there },
  ),
  oci(
    'oci-secret-missing',
    'with a Secret that is not there',
    'source-secret-missing',
    /"not-there" not found/,
    (place) => ({
      ...there(place),
      secretRef: { name: 'not-there' },
    }),
    { mended: there },
  ),
  oci(
    'oci-layer-missing',
    'without a layer of the kind that is asked for',
    'artifact-layer-missing',
    /application\/vnd\.example/,
    (place) => ({
      ...there(place),
      layerSelector: { mediaType: 'application/vnd.example', operation: 'copy' },
    }),
    { mended: there },
  ),
  oci(
    'oci-unsigned',
    'that is not signed by whom spec.verify names',
    'signature-invalid',
    /no matching signatures|verify the signature/,
    (place) => ({
      ...there(place),
      verify: { provider: 'cosign', secretRef: { name: 'cosign' } },
    }),
    { before: (place) => [secret(place, 'cosign', { 'cosign.pub': publicKey() })] },
  ),
  helm('helm-repository-missing', 'that is not there', 'artifact-missing', /404/, ({ server }) => ({ url: `${server}/nothing` })),
  helm('helm-repository-unauthorised', 'that lets nobody in', 'artifact-credentials', /401/, ({ server }) => ({
    url: `${server}/private`,
  })),
  helm('helm-index-unreadable', 'whose index is a page', 'index-unreadable', /index/, ({ server }) => ({ url: `${server}/page` })),
  helm('helm-secret-missing', 'with a Secret that is not there', 'source-secret-missing', /"not-there" not found/, ({ charts }) => ({
    url: charts,
    secretRef: { name: 'not-there' },
  })),
  bucket(
    'bucket-unreachable',
    'that does not answer',
    'artifact-unreachable',
    /connection refused|deadline/,
    () => ({
      ...BUCKET,
      bucketName: 'apps',
      endpoint: '127.0.0.1:1',
    }),
    { before: bucketSecret },
  ),
  bucket(
    'bucket-missing',
    'that is not there',
    'artifact-missing',
    /not found/,
    ({ server }) => ({
      ...BUCKET,
      bucketName: 'no-such-bucket',
      endpoint: host(server),
    }),
    { before: bucketSecret },
  ),
  bucket(
    'bucket-denied',
    'that lets nobody in',
    'artifact-credentials',
    /denied|403/i,
    ({ server }) => ({
      ...BUCKET,
      bucketName: 'private-bucket',
      endpoint: host(server),
    }),
    { before: bucketSecret },
  ),
  git('git-secret-missing', 'with a Secret that is not there', 'source-secret-missing', /"not-there" not found/, ({ url }) => ({
    url,
    ref: { branch: 'main' },
    secretRef: { name: 'not-there' },
  })),
  git('git-url-invalid', 'with an address that is none', 'url-invalid', /parse/, () => ({ url: 'http://127.0.0.1:port/home-ops.git' })),
  git('git-empty', 'of a repository without a commit', 'git-empty', /empty/, ({ url, credential }) => ({
    url: url.replace('home-ops', 'empty'),
    ref: { branch: 'main' },
    secretRef: { name: credential },
  })),
  git('git-path-missing', 'of a folder that is not there', 'git-path-missing', /sparse checkout dir/, ({ url, credential }) => ({
    url,
    ref: { branch: 'main' },
    secretRef: { name: credential },
    sparseCheckout: ['no/such/folder'],
  })),
  git(
    'git-unsigned',
    'whose commits are not signed by whom spec.verify names',
    'signature-invalid',
    /signature|PGP|public keys/,
    ({ url, credential }) => ({
      url,
      ref: { branch: 'main' },
      secretRef: { name: credential },
      verify: { mode: 'HEAD', secretRef: { name: 'signers' } },
    }),
    { before: (place) => [secret(place, 'signers', { 'a.asc': 'no key' })] },
  ),
  {
    id: 'include-missing',
    title: 'GitRepository that includes one that is not there',
    files: { 'a.yaml': configMap('a') },
    objects: (place) => [source(place, 'src', { include: [{ repository: { name: 'gone' } }] }), kustomization(place, 'app')],
    expects: ({ namespace }) => ({
      object: `GitRepository ${namespace}/src`,
      state: 'source-missing',
      blocks: [`Kustomization ${namespace}/app`],
      says: /gone/,
    }),
    mended: (place) => ({ objects: [source(place)] }),
  },
]
