// Files that ask of a forge what it cannot do.
import { AUTH, added, type BadFile, changed, FORGE, forged } from './bad-files.ts'

export const BAD_FORGE: readonly BadFile[] = [
  [
    'has a forge with style operator',
    changed(['style: git\n', 'style: operator\n']) + FORGE,
    ['17:8 forge is for style github, gitlab and gitea; operator makes no repository → take it out, or take the style of the forge'],
  ],
  [
    'has no forge with the style of one',
    forged('github'),
    ['1:1 forge is missing: style github makes the repository there → forge: with owner, repository and token'],
  ],
  [
    'has an address beside the forge',
    changed(['style: git', 'style: github']) + FORGE,
    ['11:8 git.url is made of forge with style github: two of them could differ → take it out, or take style: git'],
  ],
  [
    'says where pull requests are opened, and pushes',
    added('').replace('  path: clusters', '  pullRequest: {forge: gitea}\n  path: clusters'),
    ['12:16 git.pullRequest says where pull requests are opened, and none is → publish: pr, or take it out'],
  ],
  [
    'has a forge without owner',
    `${forged('github')}forge: {repository: fleet, token: {env: GITHUB_TOKEN}}\n`,
    ['16:1 forge.owner is missing → owner: acme'],
  ],
  [
    'has a forge without token',
    `${forged('github')}forge: {owner: acme, repository: fleet}\n`,
    ['16:1 forge.token is missing: the forge is asked with it → token: {env: GITHUB_TOKEN}'],
  ],
  [
    'has two tokens',
    forged('github', [AUTH, '    token: {env: GIT_TOKEN}\n']) + FORGE,
    [
      '14:48 forge.token stands beside git.auth.token, and flux bootstrap has one token for both → keep git.auth.token where Flux is to read with the token, else forge.token',
    ],
  ],
  [
    'has a forge with style git',
    added(FORGE),
    ['17:8 forge is for style github, gitlab and gitea; git makes no repository → take it out, or take the style of the forge'],
  ],
  [
    'wants a pull request of flux bootstrap',
    forged('gitea', ['  path: clusters', '  publish: pr\n  path: clusters']) + FORGE,
    [
      '11:12 git.publish has to be push with style gitea: flux bootstrap pushes to the branch itself → publish: push, or style: git, which can leave it to a pull request',
    ],
  ],
  [
    'is private on gitlab',
    `${forged('gitlab')}forge: {owner: acme, repository: fleet, private: true, token: {env: T}}\n`,
    ['16:50 forge.private is for github and gitea → visibility: private'],
  ],
  [
    'has a visibility on github',
    `${forged('github')}forge: {owner: acme, repository: fleet, visibility: public, token: {env: T}}\n`,
    ['16:53 forge.visibility is for gitlab → private: true, or private: false'],
  ],
  [
    'has an owner with a group in it on github',
    `${forged('github')}forge: {owner: acme/fleet, repository: fleet, token: {env: T}}\n`,
    ['16:16 forge.owner has a /, and github has no groups in groups → owner: and repository: are two fields'],
  ],
  [
    'has permissions of teams on gitlab',
    `${forged('gitlab')}forge: {owner: acme, repository: fleet, teams: ["a:admin"], token: {env: T}}\n`,
    ['16:49 forge.teams[0] has a permission, and gitlab gives all teams the same → the name alone'],
  ],
  [
    'has an address with a port for github',
    `${forged('github')}forge: {owner: acme, repository: fleet, hostname: "10.0.0.1:8443", token: {env: T}}\n`,
    ['16:51 forge.hostname is an address with a port, and flux bootstrap github takes a name there → hostname: github.example.com'],
  ],
  [
    'has a user name beside the token of a forge',
    `${forged('gitea', [AUTH, '    token: {env: T, username: flux}\n'])}forge: {owner: acme, repository: fleet}\n`,
    ['13:31 git.auth.token.username has to be git with style gitea: flux bootstrap writes that into the Secret → take it out'],
  ],
  [
    'has a bearer token for a forge',
    `${forged('gitlab', [AUTH, '    token: {env: T, bearer: true}\n'])}forge: {owner: acme, repository: fleet}\n`,
    [
      '13:29 git.auth.token.bearer does not go with style gitlab: flux bootstrap writes user name and token → take it out, or take style: git',
    ],
  ],
  [
    'has a host for SSH, and a token',
    `${forged('gitea', [AUTH, '    token: {env: T}\n'])}forge: {owner: acme, repository: fleet, sshHostname: a.test, caFile: ca.crt}\n`,
    [
      '14:54 forge.sshHostname is for git over SSH, and git.auth says token → take it out, or auth: with ssh',
      '14:70 forge.caFile stands beside git.auth.token, which has its own → git.auth.token.caFile',
    ],
  ],
  [
    'does not say how Flux reads from the forge',
    forged('github', [`  auth:\n${AUTH}`, '']) + FORGE,
    [
      '10:1 git.auth is missing: Flux has to be told how it may read the repository → auth: with ssh, such as {generate: ed25519}, or token',
    ],
  ],
  [
    'has teams of a user',
    `${forged('github')}forge: {owner: acme, repository: fleet, personal: true, teams: [a], token: {env: T}}\n`,
    ['16:64 forge.teams are of an organization, and personal says that the owner is a user → take out one of the two'],
  ],
  [
    'has a layout that fights its style',
    added('layout: {kind: oci}\n'),
    [
      '17:16 layout.kind is oci, where Flux keeps itself by its OCI artifact; style git keeps it another way, and both would fight → style: kustomize, or kind: layers',
    ],
  ],
  [
    'has a sample without a layout',
    added('layout: {sampleApp: true}\n'),
    ['17:21 layout.sampleApp has no place: kind is none → kind: layers, overlays or oci'],
  ],
  [
    'has a workflow of another forge',
    `${forged('github') + FORGE}layout: {kind: layers, ci: gitlab}\n`,
    ['17:28 layout.ci is a workflow of gitlab, and the repository lies on github → ci: github'],
  ],
]
