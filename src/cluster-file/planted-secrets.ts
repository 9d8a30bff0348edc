// Secrets never stand in a cluster file. The whole text is searched, comments and broken YAML too, and what is found is never repeated.
import type { Problem } from './problem.ts'

const NAME_IT = 'take it out, and make a new one where others could read it; name a file or an environment variable that has it'

const SHAPES: readonly (readonly [RegExp, string, string])[] = [
  [/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY/g, 'a private key', `${NAME_IT}: git.auth.ssh.privateKeyFile`],
  [/AGE-(?:SECRET-KEY|PLUGIN)-[0-9A-Z+._-]{4,}/gi, 'a private key of age', `${NAME_IT}: sops.key.file`],
  [/\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@"']{0,200}:[^\s/@"']{1,400}@/gi, 'an address with a password', `${NAME_IT}: git.auth.token.env`],
  [/\bhttps?:\/\/[^\s/:@"']{20,400}@/gi, 'an address with a token', `${NAME_IT}: git.auth.token.env`],
  [
    /\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|gl[a-z]{2,8}-[\w-]{16,}|xox[a-z]-[\w-]{10,}|npm_[A-Za-z0-9]{20,}|hv[sbr]\.[\w-]{16,}|sk-[\w-]{16,}|(?:AKIA|ASIA)[A-Z0-9]{12,}|eyJ[\w-]{10,}\.[\w-]{4,}[\w.-]{0,4000})/g,
    'a token',
    `${NAME_IT}: token.env`,
  ],
  // Gitea and Forgejo make such ones; nothing that belongs here looks like it.
  [/(?<![\w:/+.-])[0-9a-f]{40,128}(?![\w/+.-])/g, 'what looks like a token', `${NAME_IT}: token.env`],
]

export const plantedSecrets = (text: string): Problem[] =>
  SHAPES.flatMap(([pattern, what, hint]) =>
    [...text.matchAll(pattern)].map((found) => ({
      from: found.index,
      to: found.index + found[0].length,
      what: `${what} stands here; it is not repeated`,
      hint,
    })),
  )
