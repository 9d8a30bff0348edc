// Files with keys nobody could bring back, and secrets where none belong.
import { ALICE, added, type BadFile, changed, SOPS } from './bad-files.ts'

export const BAD_KEYS: readonly BadFile[] = [
  [
    'makes a key without a backup',
    added('sops:\n  key: {generate: x25519}\n'),
    [
      '17:1 sops.backup is missing: a key that is made is backed up before it encrypts anything → backup: with recipients, shares or passphraseEnv, and out',
    ],
  ],
  [
    'has a backup that nobody opens',
    added('sops:\n  key: {generate: x25519}\n  backup: {out: usb}\n'),
    ['19:11 sops.backup does not say who can open it → recipients: [age1…], shares: {of: 5, needed: 3} or passphraseEnv: NAME'],
  ],
  [
    'has a backup that lies nowhere',
    added('sops:\n  key: {generate: x25519}\n  backup: {passphraseEnv: P}\n'),
    ['19:3 sops.backup.out is missing → out: /media/usb'],
  ],
  [
    'seals a key to itself alone',
    added(`sops:\n  key: {file: k, recipient: ${ALICE}}\n  backup:\n    recipients: [${ALICE}]\n    out: usb\n`),
    [
      '20:17 sops.backup.recipients has only the key itself: who has lost it could not open the backup → add a recipient whose key is kept elsewhere',
    ],
  ],
  [
    'seals a key to nobody',
    added('sops:\n  key: {generate: x25519}\n  backup: {recipients: [age1nobody], out: usb}\n'),
    [
      '19:25 sops.backup.recipients[0] is no recipient of age: age1… or an SSH public key → such as  - age1y4ch2ffz3j7lltmlzh0r3h69ht7kznk6r8le2c4sse793l8vkpjsz55a6c',
    ],
  ],
  [
    'needs more shares than there are',
    added('sops:\n  key: {generate: x25519}\n  backup: {shares: {of: 3, needed: 5}, out: usb}\n'),
    ['19:36 sops.backup.shares.needed is more than there are: 5 of 3 can never come together → needed: at most as many as of'],
  ],
  [
    'needs one share',
    added('sops:\n  key: {generate: x25519}\n  backup: {shares: {of: 3, needed: 1}, out: usb}\n'),
    ['19:36 sops.backup.shares.needed is not between 2 and 32 → such as  needed: 3'],
  ],
  [
    'has two keys',
    added('sops:\n  key: {generate: x25519, file: k}\n  backup: {passphraseEnv: P, out: usb}\n'),
    ['18:33 sops.key.file stands beside generate, and only one of them can be meant → keep one of generate, file'],
  ],
  ['has no key', added('sops:\n  key: {}\n'), ['18:8 sops.key does not say which key → generate: x25519, file: FILE or backup: {…}']],
  [
    'has a backup of the key as a text',
    added('sops:\n  key: {backup: prod.age}\n'),
    ['18:17 sops.key.backup is a text, and has to be a mapping → a mapping with file, identityFile, passphraseEnv, shares'],
  ],
  [
    'has a backup of the key that lies nowhere',
    added('sops:\n  key: {backup: {passphraseEnv: P}}\n'),
    ['18:17 sops.key.backup does not say where it is → file: FILE, or shares: [FILE, FILE]'],
  ],
  [
    'has a backup of the key that nothing opens',
    added('sops:\n  key: {backup: {file: prod.age}}\n'),
    ['18:17 sops.key.backup does not say what opens it → identityFile: FILE or passphraseEnv: NAME'],
  ],
  [
    'opens the backup of the key in two ways',
    added('sops:\n  key: {backup: {file: prod.age, identityFile: k, passphraseEnv: P}}\n'),
    [
      '18:66 sops.key.backup.passphraseEnv stands beside identityFile, and only one of them can be meant → keep one of identityFile, passphraseEnv',
    ],
  ],
  [
    'opens the backup of the key with itself',
    added('sops:\n  key: {backup: {file: prod.age, identityFile: prod.age}}\n'),
    ['18:48 sops.key.backup.identityFile is the backup itself, and nothing opens itself → the key file of one of its recipients'],
  ],
  [
    'has shares of the key and a sealed file',
    added('sops:\n  key: {backup: {file: prod.age, identityFile: k, shares: [a, b]}}\n'),
    ['18:59 sops.key.backup.shares stands beside file, and only one of them can be meant → keep one of file, shares'],
  ],
  [
    'has shares of the key, and a passphrase for them',
    added('sops:\n  key: {backup: {shares: [a, b], passphraseEnv: P}}\n'),
    ['18:49 sops.key.backup.passphraseEnv opens a sealed file, and shares open without it → take it out'],
  ],
  [
    'has one share of the key',
    added('sops:\n  key: {backup: {shares: [a]}}\n'),
    ['18:26 sops.key.backup.shares is one share, and one alone tells nothing → such as  shares: [share-1.txt, share-3.txt]'],
  ],
  [
    'has a share of the key twice',
    added('sops:\n  key: {backup: {shares: [a, b, a]}}\n'),
    ['18:33 sops.key.backup.shares[2] is the same as number 1 → once is enough'],
  ],
  [
    'has the passphrase of the backup itself',
    added('sops:\n  key: {backup: {file: prod.age, passphraseEnv: correct horse}}\n'),
    [
      '18:49 sops.key.backup.passphraseEnv is no name of an environment variable: capitals, digits and _, without $ → such as  passphraseEnv: BACKUP_PASSPHRASE',
    ],
  ],
  [
    'makes a key that its Flux cannot use',
    changed(['2.9.4', '2.8.8']) + SOPS.replace('x25519', 'post-quantum'),
    [
      '18:19 sops.key.generate is post-quantum, and Flux 2.8.8 cannot open what is sealed to such a key → generate: x25519, or Flux 2.9.0 or newer',
    ],
  ],
  [
    'knows a key that is yet to be made',
    added(SOPS.replace('x25519', `x25519, recipient: ${ALICE}`)),
    [
      '18:38 sops.key.recipient cannot be known of a key that is yet to be made → take it out',
      '20:17 sops.backup.recipients has only the key itself: who has lost it could not open the backup → add a recipient whose key is kept elsewhere',
    ],
  ],
  [
    'has secrets without a key',
    added('secrets: [a.sops.yaml]\n'),
    ['17:10 secrets are encrypted, and there is no sops with the key that opens them → sops: with key.file or key.backup'],
  ],
  [
    'has secrets that no new key opens',
    added(`${SOPS}secrets: [a.sops.yaml]\n`),
    ['22:10 secrets are encrypted already, and a key that is only made now opens none of them → sops.key.file or sops.key.backup'],
  ],
  [
    'has a secret that is no manifest',
    added('sops:\n  key: {file: k}\nsecrets: [a.txt]\n'),
    ['19:11 secrets[0] is no manifest: .yaml, .yml or .json → the file that sops encrypted, such as deploy-key.sops.yaml'],
  ],
  [
    'holds an age key',
    changed(['id_ed25519', 'AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQ']),
    [
      '15:23 a private key of age stands here; it is not repeated → take it out, and make a new one where others could read it; name a file or an environment variable that has it: sops.key.file',
    ],
  ],
  [
    'holds a private key',
    changed(['privateKeyFile: id_ed25519', 'privateKeyFile: |\n        -----BEGIN OPENSSH PRIVATE KEY-----\n        abc']),
    [
      '16:9 a private key stands here; it is not repeated → take it out, and make a new one where others could read it; name a file or an environment variable that has it: git.auth.ssh.privateKeyFile',
    ],
  ],
  [
    'holds a token',
    changed(['privateKeyFile: id_ed25519', 'privateKeyFile: ghp_0123456789abcdefghij']),
    [
      '15:23 a token stands here; it is not repeated → take it out, and make a new one where others could read it; name a file or an environment variable that has it: token.env',
    ],
  ],
  [
    'holds a password in an address',
    changed(['git@github', 'git:hunter2@github']),
    [
      '11:8 an address with a password stands here; it is not repeated → take it out, and make a new one where others could read it; name a file or an environment variable that has it: git.auth.token.env',
    ],
  ],
  [
    'holds a password in a field of its own',
    changed(['privateKeyFile: id_ed25519', 'privateKeyFile: id_ed25519\n      password: hunter2']),
    ['16:7 git.auth.ssh has no field "password" → it is called git.auth.token.env, the name of a variable that has it'],
  ],
]
