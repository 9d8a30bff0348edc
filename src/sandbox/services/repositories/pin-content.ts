// The whole repository of style `pin`: bootstrap by kustomize from github.com, then self-management from OCI, applications by namespace in two levels.
import { type RepositoryContent, type RepositoryFacts, secretManifest } from './content.ts'
import { namespacedApps } from './namespaced-apps.ts'
import { type BootstrapSecrets, bootstrapFiles, bootstrapSecrets } from './pin-bootstrap.ts'
import { CHARTS, fluxFiles } from './pin-flux.ts'

const readme = `# home-ops

What runs in the house. \`cluster/bootstrap\` is applied once by hand, \`cluster/flux\` keeps Flux and the sources, \`cluster/apps\` has a folder for each
namespace. Secrets are encrypted with SOPS and age.
`

const sopsRules = (recipient: string): string => `creation_rules:
  - path_regex: cluster/.*\\.sops\\.ya?ml$
    encrypted_regex: ^(data|stringData)$
    age: ${recipient}
`

/** `recipient` is the public half of the age key. */
export function pinContent(facts: RepositoryFacts, secrets: BootstrapSecrets, recipient: string): RepositoryContent {
  const apps = namespacedApps({ root: 'cluster/apps', source: 'home-cluster', charts: CHARTS, registryHost: facts.registryHost })
  return {
    plain: {
      'README.md': readme,
      '.sops.yaml': sopsRules(recipient),
      '.gitignore': '*.agekey\n',
      ...bootstrapFiles(facts),
      ...fluxFiles(facts),
      ...apps.plain,
    },
    sealed: {
      ...bootstrapSecrets(secrets),
      'cluster/flux/vars/cluster-secrets.sops.yaml': secretManifest({ name: 'cluster-secrets', data: { SECRET_DOMAIN: 'home.arpa' } }),
      ...apps.sealed,
    },
  }
}
