// Files with a field that is wrong by itself.
import { added, type BadFile, changed, forged, HOST_KEY } from './bad-files.ts'

export const BAD_FIELDS: readonly BadFile[] = [
  [
    'has a version that YAML reads as a number',
    changed(['2.9.4', '2.9']),
    ['8:12 flux.version is a number, and has to be a text → version: "2.9.4"'],
  ],
  [
    'has a version with a v',
    changed(['2.9.4', 'v2.9.4']),
    ['8:12 flux.version is no release of Flux 2 in full, such as 2.9.4 → version: "2.9.4"'],
  ],
  [
    'has a release of Flux 1',
    changed(['2.9.4', '1.25.4']),
    ['8:12 flux.version is no release of Flux 2 in full, such as 2.9.4 → version: "2.9.4"'],
  ],
  ['has no version', changed(['  version: 2.9.4\n', '']), ['7:1 flux.version is missing → version: "2.9.4"']],
  ['has an empty version', changed(['version: 2.9.4', 'version:']), ['8:3 flux.version is empty → version: "2.9.4"']],
  [
    'has a field that is misspelled',
    changed(['version: 2.9.4', 'verison: 2.9.4']),
    ['7:1 flux.version is missing → version: "2.9.4"', '8:3 flux has no field "verison" → did you mean  version:'],
  ],
  [
    'has a section that is misspelled',
    changed(['metadata:', 'metdata:']),
    ['1:1 metadata is missing → a mapping with name', '3:1 there is no field "metdata" → did you mean  metadata:'],
  ],
  [
    'has a field at the root that belongs in a section',
    added('namespace: flux-system\n'),
    ['17:1 there is no field "namespace" → it belongs elsewhere: flux.namespace'],
  ],
  [
    'has a field by the name that brothers of it have elsewhere',
    changed(['style: git\n', 'style: git\n  extraComponents: [source-watcher]\n']),
    ['10:3 flux has no field "extraComponents" → it is called componentsExtra'],
  ],
  [
    'has a style that is misspelled',
    changed(['style: git', 'style: gihub']),
    ['9:10 flux.style is none of its values → did you mean  github  (one of git, github, gitlab, gitea, kustomize, operator)'],
  ],
  [
    'has a style that there is not',
    changed(['style: git', 'style: terraform']),
    ['9:10 flux.style is none of its values → one of git, github, gitlab, gitea, kustomize, operator'],
  ],
  ['is of another kind', changed(['kind: Cluster', 'kind: Kluster']), ['2:7 kind has to be Cluster → kind: Cluster']],
  [
    'is of a later format',
    changed(['flux-ops.dev/v1', 'flux-ops.dev/v2']),
    ['1:13 apiVersion has to be flux-ops.dev/v1 → that format is of another flux-ops: take a newer one'],
  ],
  [
    'says yes for true',
    changed(['style: git\n', 'style: git\n  networkPolicy: yes\n']),
    ['10:18 flux.networkPolicy is a text, and has to be true or false → write  networkPolicy: true'],
  ],
  [
    'has a text where a list is wanted',
    changed(['style: git\n', 'style: git\n  components: source-controller\n']),
    [
      '10:15 flux.components is a text, and has to be a list → components: [source-controller, kustomize-controller, helm-controller, notification-controller]',
    ],
  ],
  [
    'has a list where a mapping is wanted',
    changed(['  name: prod-eu', '  - prod-eu']),
    ['4:3 metadata is a list, and has to be a mapping → a mapping with name'],
  ],
  [
    'has a component that is misspelled',
    changed(['style: git\n', 'style: git\n  components: [source-controler, kustomize-controller]\n']),
    [
      '10:16 flux.components[0] is none of its values → did you mean  source-controller  (one of source-controller, kustomize-controller, helm-controller, notification-controller, image-reflector-controller, image-automation-controller, source-watcher)',
    ],
  ],
  [
    'has no component at all',
    changed(['style: git\n', 'style: git\n  components: []\n']),
    [
      '10:15 flux.components is an empty list → such as  components: [source-controller, kustomize-controller, helm-controller, notification-controller]',
    ],
  ],
  [
    'has a feature gate that is none',
    changed(['style: git\n', 'style: git\n  settings:\n    featureGates:\n      helm-controller: {faster: true}\n']),
    ['12:25 flux.settings.featureGates.helm-controller has a name that is no feature gate → such as  CancelHealthCheckOnNewRevision: true'],
  ],
  [
    'has feature gates of no component',
    changed(['style: git\n', 'style: git\n  settings:\n    featureGates:\n      helm-kontroller: {Faster: true}\n']),
    ['12:7 flux.settings.featureGates has no field "helm-kontroller" → did you mean  helm-controller:'],
  ],
  [
    'has a number that is too small',
    changed(['style: git\n', 'style: git\n  settings: {concurrent: 0}\n']),
    ['10:26 flux.settings.concurrent is not between 1 and 100 → such as  concurrent: 10'],
  ],
  [
    'has a number in quotes',
    changed(['style: git\n', 'style: git\n  settings: {concurrent: "8"}\n']),
    ['10:26 flux.settings.concurrent is a text, and has to be a whole number → concurrent: 10'],
  ],
  [
    'has an amount of memory that is none',
    changed(['style: git\n', 'style: git\n  settings: {memoryLimit: 1GB}\n']),
    ['10:27 flux.settings.memoryLimit is no amount of memory: a number with Mi or Gi → such as  memoryLimit: 1Gi'],
  ],
  [
    'has a span of time without its unit',
    changed(['path: clusters/prod-eu\n', 'path: clusters/prod-eu\n  interval: 30\n']),
    ['13:13 git.interval is a number, and has to be a text → with its unit:  interval: 30s  or  interval: 30m'],
  ],
  [
    'has a span of time in words',
    changed(['path: clusters/prod-eu\n', 'path: clusters/prod-eu\n  interval: 1 minute\n']),
    ['13:13 git.interval is no span of time: a number with ms, s, m or h → such as  interval: 1m'],
  ],
  [
    'has a span of time that is over at once',
    changed(['path: clusters/prod-eu\n', 'path: clusters/prod-eu\n  interval: 0s\n']),
    ['13:13 git.interval is no span of time: a number with ms, s, m or h → such as  interval: 1m'],
  ],
  [
    'has an address where a registry is wanted',
    changed(['style: git\n', 'style: git\n  registry: https://ghcr.io/fluxcd\n']),
    ['10:13 flux.registry is no registry: a host, and a path where it has one, without https:// → such as  registry: ghcr.io/fluxcd'],
  ],
  [
    'has a release of the operator with a v',
    changed(['style: git\n', 'style: operator\n  operator: {version: v0.58.1}\n']),
    ['10:23 flux.operator.version is no release of the Flux Operator in full, such as 0.58.1 → version: 0.58.1'],
  ],
  [
    'has a fingerprint that is too old',
    changed([HOST_KEY, 'MD5:16:27:ac']),
    [
      '16:18 git.auth.ssh.hostKeys[0] is no fingerprint: SHA256: and 43 letters → such as  - SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
    ],
  ],
  [
    'has an algorithm that is not used any more',
    changed(['privateKeyFile: id_ed25519', 'generate: dsa']),
    ['15:17 git.auth.ssh.generate is none of its values → one of ed25519, ecdsa-p384, rsa-4096'],
  ],
  [
    'has a variable with its dollar',
    changed(['privateKeyFile: id_ed25519', 'privateKeyFile: id_ed25519\n      passphraseEnv: $PASSPHRASE']),
    [
      '16:22 git.auth.ssh.passphraseEnv is no name of an environment variable: capitals, digits and _, without $ → such as  passphraseEnv: GIT_KEY_PASSPHRASE',
    ],
  ],
  [
    'has an address as scp writes it',
    changed(['ssh://git@github.com/acme', 'git@github.com:acme']),
    ['11:8 git.url is no address of a git repository: ssh://git@HOST/PATH or https://HOST/PATH → url: ssh://git@github.com/acme/fleet.git'],
  ],
  [
    'has a user in an https address',
    changed(['ssh://git@', 'https://flux@']),
    [
      '11:8 git.url is no address of a git repository: ssh://git@HOST/PATH or https://HOST/PATH → without the name before @: that is git.auth.token.username',
    ],
  ],
  [
    'has a branch with refs/heads',
    changed(['  path: clusters', '  branch: refs/heads/main\n  path: clusters']),
    ['12:11 git.branch is no name of a branch → branch: main'],
  ],
  [
    'has a branch that git refuses',
    changed(['  path: clusters', '  branch: a..b\n  path: clusters']),
    ['12:11 git.branch is no name of a branch → such as  branch: main'],
  ],
  [
    'has a mail address that is none',
    changed(['  path: clusters', '  author: {email: flux}\n  path: clusters']),
    ['12:19 git.author.email is no mail address → such as  email: flux@example.com'],
  ],
  [
    'has an address where a host is wanted',
    `${forged('github')}forge: {owner: acme, repository: fleet, hostname: https://github.com, token: {env: T}}\n`,
    ['16:51 forge.hostname is no host name: without https:// and path → such as  hostname: git.example.com'],
  ],
  [
    'has a Kubernetes version that YAML reads as a number',
    changed(['admin@prod-eu\n', 'admin@prod-eu\n  kubernetes: 1.34\n']),
    ['7:15 cluster.kubernetes is a number, and has to be a text → put it in quotes, such as  kubernetes: "…"'],
  ],
  [
    'has a uid that is none',
    changed(['admin@prod-eu\n', 'admin@prod-eu\n  uid: prod\n']),
    ['7:8 cluster.uid is no uid → such as  uid: 7b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d'],
  ],
  [
    'has a storage class that is false',
    changed(['admin@prod-eu\n', 'admin@prod-eu\n  storageClass: false\n']),
    ['7:17 cluster.storageClass has to be true (a default one), or the name of one → such as  storageClass: fast-ssd'],
  ],
  [
    'has a name with capitals',
    changed(['name: prod-eu', 'name: Prod EU']),
    ['4:9 metadata.name is no name of Kubernetes: small letters, digits and -, at most 63 → such as  name: prod-eu'],
  ],
  [
    'waits without a unit',
    added('wait: {timeout: 10}\n'),
    ['17:17 wait.timeout is a number, and has to be a text → with its unit:  timeout: 10s  or  timeout: 10m'],
  ],
]
