// Files that do not say how the repository is reached, or where in it.
import { ADDRESS, AUTH, type BadFile, changed, HOST_KEY } from './bad-files.ts'

export const BAD_GIT: readonly BadFile[] = [
  [
    'reaches https by SSH',
    changed(['ssh://git@github.com', 'https://github.com']),
    ['15:7 git.auth.ssh is for ssh://, and git.url is https:// → auth.token, or the address that begins with ssh://git@'],
  ],
  [
    'reaches ssh by a token',
    changed([AUTH, '    token: {env: GIT_TOKEN}\n']),
    ['14:12 git.auth.token is for https://, and git.url is ssh:// → auth.ssh, or the address that begins with https://'],
  ],
  [
    'has SSH and a token',
    changed(['  auth:\n', '  auth:\n    token: {env: GIT_TOKEN}\n']),
    [
      '14:12 git.auth.token stands beside ssh, and only one of them can be meant → keep one of ssh, token',
      '14:12 git.auth.token is for https://, and git.url is ssh:// → auth.ssh, or the address that begins with https://',
    ],
  ],
  [
    'does not say how to reach the repository',
    changed([`  auth:\n${AUTH}`, '']),
    ['10:1 git.auth is missing: Flux has to be told how it may read the repository → auth: with ssh or token'],
  ],
  [
    'has an empty auth',
    changed([`  auth:\n${AUTH}`, '  auth: {}\n']),
    ['13:9 git.auth has neither ssh nor token → ssh: with a key, or token: with env or file'],
  ],
  [
    'would take any host key',
    changed([`      hostKeys: [${HOST_KEY}]\n`, '']),
    [
      '15:7 git.auth.ssh says no host key, and none is taken unseen → hostKeys: [SHA256:…]; see them with  ssh-keyscan HOST | ssh-keygen -lf -  and compare with what the provider publishes',
    ],
  ],
  [
    'says the host keys twice',
    changed(['      hostKeys', '      knownHostsFile: known_hosts\n      hostKeys']),
    ['17:17 git.auth.ssh.hostKeys stands beside knownHostsFile, and only one of them can be meant → keep one of knownHostsFile, hostKeys'],
  ],
  [
    'has no key for SSH',
    changed(['      privateKeyFile: id_ed25519\n', '']),
    ['15:7 git.auth.ssh has no key → privateKeyFile: FILE, or generate: ed25519'],
  ],
  [
    'has two keys for SSH',
    changed(['privateKeyFile: id_ed25519', 'privateKeyFile: id_ed25519\n      generate: ed25519']),
    ['16:17 git.auth.ssh.generate stands beside privateKeyFile, and only one of them can be meant → keep one of privateKeyFile, generate'],
  ],
  [
    'has a passphrase for a key that is yet to be made',
    changed(['privateKeyFile: id_ed25519', 'generate: ed25519\n      passphraseEnv: PASSPHRASE']),
    ['16:22 git.auth.ssh.passphraseEnv is for a key of yours: one that is made has no passphrase → take it out'],
  ],
  [
    'sends its token over http',
    changed(['ssh://git@github.com', 'http://git.lan'], [AUTH, '    token: {env: GIT_TOKEN}\n']),
    ['11:8 git.url is http://, where whoever listens reads the token → https://, or say that it is meant:  allowInsecure: true'],
  ],
  [
    'allows what it does not need',
    changed(['  path: clusters', '  allowInsecure: true\n  path: clusters']),
    ['12:18 git.allowInsecure allows http://, and git.url is none → take it out'],
  ],
  [
    'does not say where the repository is',
    changed([ADDRESS, '']),
    ['10:1 git.url is missing: style git has to be told where the repository is → url: ssh://git@HOST/PATH.git'],
  ],
  [
    'has a path from the root of the machine',
    changed(['path: clusters/prod-eu', 'path: /clusters/prod-eu']),
    [
      '12:9 git.path is a folder of a machine: it has to be relative to the root of the repository → clusters/prod-eu, without / at the beginning',
    ],
  ],
  [
    'has a path that leaves the repository',
    changed(['path: clusters/prod-eu', 'path: clusters/../../x']),
    ['12:9 git.path leaves the repository → a path without ..'],
  ],
  [
    'has a path that ends in flux-system',
    changed(['path: clusters/prod-eu', 'path: clusters/prod-eu/flux-system']),
    ['12:9 git.path ends in flux-system, which Flux makes below it: it would be there twice → the folder above it'],
  ],
  [
    'has a path with backslashes',
    changed(['path: clusters/prod-eu', 'path: clusters\\prod-eu']),
    ['12:9 git.path has a backslash → write / between folders'],
  ],
  [
    'has a path into .git',
    changed(['path: clusters/prod-eu', 'path: .git/x']),
    ['12:9 git.path lies in the folder that git keeps for itself → another folder, such as clusters/prod-eu'],
  ],
]
