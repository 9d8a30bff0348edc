import type { KubeObject } from '../../../ports/kube.ts'
import { found, ofKind, text } from './look.ts'
import type { ReleaseFact } from './types.ts'

const CHANGELOG = 'https://github.com/fluxcd/source-controller/blob/v1.6.2/CHANGELOG.md'

// The hosts that each provider's credentials are good for. Source: fluxcd/pkg auth v0.54.1, {aws,azure,gcp}/provider.go.
const HOSTS: Readonly<Record<string, RegExp>> = {
  aws: /^public\.ecr\.aws$|\.dkr[.-]ecr(-fips)?\.[^/.]+\.(amazonaws\.(com(\.cn)?|eu)|on\.aws|s?c2s\.(sgov|ic)\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)$/,
  azure: /\.azurecr\.(io|cn|de|us)$/,
  gcp: /^(.+\.)?gcr\.io$|-docker\.pkg\.dev$|^docker\.s3nsregistry\.fr$/,
}

/** `oci://host/path` and the bare `host/path` of an ImageRepository alike. */
const hostOf = (address: string): string => address.replace(/^oci:\/\//, '').split('/')[0] ?? ''

function foreignHost({ kind, spec }: KubeObject): string | undefined {
  const wanted = HOSTS[text(spec?.provider)]
  const host = hostOf(text(kind === 'ImageRepository' ? spec?.image : spec?.url))
  if (wanted === undefined || (kind === 'HelmRepository' && spec?.type !== 'oci') || host === '' || wanted.test(host)) return undefined
  return `has provider ${spec.provider}, whose registries ${host} is none of`
}

export const FACTS_2_6: readonly ReleaseFact[] = [
  {
    id: 'provider-fits-registry',
    minor: '2.6',
    range: { component: 'source-controller', from: '1.6.0' },
    title: 'spec.provider has to be the cloud that the registry belongs to',
    breaks: 'the object is not fetched any more: "invalid AWS (Azure, GCP) registry"',
    fix: 'take spec.provider out of the object, or set it to generic, in git',
    source: 'https://github.com/fluxcd/terraform-provider-flux/issues/763',
    severity: 'error',
    holds: 'every cloud provider fits the registry it is used for',
    // An Azure private cloud may give a suffix of its own to the controllers, by a file that we do not see.
    concerns: (world) => found(['OCIRepository', 'HelmRepository', 'ImageRepository'].flatMap((kind) => ofKind(world, kind, foreignHost))),
  },
  {
    id: 'public-ecr-provider',
    minor: '2.6',
    range: { component: 'source-controller', from: '1.6.0', until: '1.6.1' },
    lasting: true,
    title: 'provider aws does not work with public.ecr.aws (fixed in 2.6.2)',
    breaks: 'the object is not fetched any more',
    fix: 'go to 2.6.2 or newer, or take spec.provider out of the object',
    source: CHANGELOG,
    severity: 'error',
    holds: 'no source needs credentials of AWS for the public registry of AWS',
    concerns: (world) =>
      found(
        ['OCIRepository', 'HelmRepository'].flatMap((kind) =>
          ofKind(world, kind, ({ spec }) =>
            spec?.provider === 'aws' && hostOf(text(spec?.url)) === 'public.ecr.aws'
              ? 'is fetched from public.ecr.aws with provider aws'
              : undefined,
          ),
        ),
      ),
  },
  {
    id: 'git-ssh-host-keys',
    minor: '2.6',
    range: { component: 'source-controller', from: '1.6.0', until: '1.6.1' },
    lasting: true,
    title: 'git over SSH may end with "knownhosts: key mismatch" (fixed in 2.6.2)',
    breaks: 'the repository is not fetched any more, so Flux cannot even fetch its own repair',
    fix: 'go to 2.6.2 or newer',
    source: CHANGELOG,
    severity: 'error',
    holds: 'host keys of git over SSH are read as they were',
    concerns: (world) =>
      found(
        ofKind(world, 'GitRepository', ({ spec }) => {
          const overSsh = /^ssh:\/\//.test(text(spec?.url))
          return overSsh ? 'is fetched over SSH' : undefined
        }),
      ),
  },
]
