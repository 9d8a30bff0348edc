// The repository that the cluster follows, how it is read and written, and the forge that it lies on.
import * as z from 'zod'
import { duration, file, flag, label, line, objectName, oneOf, text, variable } from './fields.ts'

export const KEY_ALGORITHMS = ['ed25519', 'ecdsa-p384', 'rsa-4096'] as const

const ssh = z
  .strictObject({
    privateKeyFile: file('private key that Flux reads the repository with', '~/.ssh/prod-eu_id_ed25519').optional(),
    generate: z
      .enum(KEY_ALGORITHMS)
      .optional()
      .meta({
        description: 'make such a key. Forges of the forge styles are given it; elsewhere the run waits until you have registered it',
        examples: ['ed25519'],
      }),
    passphraseEnv: variable('variable with the passphrase of privateKeyFile', 'GIT_KEY_PASSPHRASE').optional(),
    knownHostsFile: file('known_hosts with the keys of the server', 'known_hosts').optional(),
    hostKeys: z
      .array(
        text({
          about: 'fingerprint of a host key of the server, as ssh-keygen -l and the provider show it',
          pattern: /^SHA256:[A-Za-z0-9+/]{43}$/,
          wrong: 'is no fingerprint: SHA256: and 43 letters',
          examples: ['SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU'],
        }),
      )
      .min(1)
      .optional()
      .meta({ description: 'host keys that the server may show' }),
  })
  .meta({
    description: 'by SSH. One of privateKeyFile and generate, and one of knownHostsFile and hostKeys',
    allOf: [oneOf('privateKeyFile', 'generate'), oneOf('knownHostsFile', 'hostKeys')],
  })

const token = z
  .strictObject({
    env: variable('variable with the token or password', 'GIT_TOKEN').optional(),
    file: file('file with the token or password', 'git-token').optional(),
    username: line('user name beside it', 'git').default('git'),
    bearer: flag('send it as bearer token in the header Authorization, without the user name', false),
    caFile: file('certificate of the authority that the server is signed by', 'ca.crt').optional(),
  })
  .meta({ description: 'by HTTPS. One of env and file', ...oneOf('env', 'file') })

const author = z
  .strictObject({
    name: line('name', 'Flux').default('Flux'),
    email: text({
      about: 'address',
      pattern: /^[^\s@<>]+@[^\s@<>]+$/,
      wrong: 'is no mail address',
      examples: ['flux@example.com'],
    }).optional(),
  })
  .prefault({})
  .meta({ description: 'whom commits are by' })

/** What is wrong with a path, and what to write instead; the rules say it. The pattern is for editors. */
const path = line('folder of the repository that the cluster follows, relative to its root; . is the root', 'clusters/prod-eu', 1024).meta({
  not: { pattern: '^/|^~|\\\\|(^|/)\\.\\.(/|$)|(^|/)flux-system/*$' },
})

export const git = z
  .strictObject({
    url: text({
      about: 'address of the repository, without a password. Forge styles make it of forge',
      pattern: /^(ssh:\/\/([A-Za-z0-9._-]+@)?|https?:\/\/)[A-Za-z0-9.[\]:-]+\/[^\s?#@]*[^\s?#@/]\/?$/,
      wrong: 'is no address of a git repository: ssh://git@HOST/PATH or https://HOST/PATH',
      examples: ['ssh://git@github.com/acme/fleet.git', 'https://git.example.com/acme/fleet.git'],
      longest: 1024,
    }).optional(),
    allowInsecure: flag('let url be http://, where whoever listens reads the token', false),
    branch: text({
      about: 'branch',
      pattern: /^(?!refs\/)(?!.*(\.\.|\/\/|\.lock$|\/$|\.$))[A-Za-z0-9_][A-Za-z0-9._/-]*$/,
      wrong: 'is no name of a branch',
      examples: ['main'],
    }).default('main'),
    path,
    interval: duration('how often Flux looks for commits', '1m').default('1m'),
    secretName: objectName('Secret with the credentials', 'flux-system').default('flux-system'),
    recurseSubmodules: flag('read git submodules as well', false),
    auth: z
      .strictObject({ ssh: ssh.optional(), token: token.optional() })
      .optional()
      .meta({ description: 'how the repository is reached: ssh or token', ...oneOf('ssh', 'token') }),
    author,
    publish: z.enum(['push', 'pr', 'none']).default('push').meta({
      description:
        'push: commits are pushed to the branch. pr: a pull request, and the run waits for its merge. none: files are written, and you commit them',
    }),
    pullRequest: z
      .strictObject({
        forge: z
          .enum(['gitea', 'github', 'gitlab'])
          .optional()
          .meta({ description: 'what takes the pull request [default: known by url, or asked]', examples: ['gitea'] }),
        url: text({
          about: 'address of its pages, where url does not tell',
          pattern: /^https?:\/\/[A-Za-z0-9.[\]:-]+(\/[^\s?#@]*)?$/,
          wrong: 'is no address of a forge: https://HOST',
          examples: ['https://git.example.com'],
          longest: 1024,
        }).optional(),
      })
      .optional()
      .meta({ description: 'where pull requests are opened; with publish: pr' }),
    commitMessageAppendix: line('text that ends every commit message', '[ci skip]').optional(),
  })
  .meta({ description: 'the git repository' })

export const forge = z
  .strictObject({
    owner: text({
      about: 'user, organization or group that owns the repository',
      pattern: /^[A-Za-z0-9_][A-Za-z0-9._/-]*$/,
      wrong: 'is no name of an owner',
      examples: ['acme'],
    }),
    repository: text({
      about: 'name of the repository; made where it is not there',
      pattern: /^[A-Za-z0-9_.][A-Za-z0-9._-]*$/,
      wrong: 'is no name of a repository',
      examples: ['fleet'],
    }),
    hostname: text({
      about: 'host of the forge [default: github.com, gitlab.com or gitea.com]',
      pattern: /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$/,
      wrong: 'is no host name: without https:// and path',
      examples: ['git.example.com'],
    }).optional(),
    sshHostname: text({
      about: 'host, and port, that serves git over SSH, where it is another one than hostname',
      pattern: /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$/,
      wrong: 'is no host name: without ssh:// and path',
      examples: ['ssh.git.example.com:2222'],
    }).optional(),
    caFile: file('certificate of the authority that the forge is signed by', 'ca.crt').optional(),
    personal: flag('the owner is a user', false),
    private: z.boolean().optional().meta({ description: 'a repository that is made is private [default: true]; github and gitea' }),
    visibility: z
      .enum(['private', 'internal', 'public'])
      .optional()
      .meta({ description: 'of a repository that is made [default: private]; gitlab' }),
    teams: z
      .array(
        text({
          about: 'team; on github and gitea with its permission',
          pattern: /^[A-Za-z0-9_][A-Za-z0-9._/-]*(:(pull|triage|push|maintain|admin))?$/,
          wrong: 'is no team: NAME, or NAME:PERMISSION with pull, triage, push, maintain or admin',
          examples: ['platform:maintain'],
        }),
      )
      .default([])
      .meta({ description: 'teams that get access' }),
    readWriteKey: flag('the deploy key may push, as image-automation-controller does', false),
    token: z
      .strictObject({
        env: variable('variable with the token', 'GITHUB_TOKEN').optional(),
        file: file('file with the token', 'forge-token').optional(),
      })
      .optional()
      .meta({ description: 'token for the API of the forge. With git.auth.token that one is taken', ...oneOf('env', 'file') }),
  })
  .meta({ description: 'where the repository lies, and how it is made; with style github, gitlab or gitea only' })

export const metadata = z.strictObject({ name: label('name of the cluster', 'prod-eu') }).meta({ description: 'what this file is about' })
