// Secrets as they come: shapes that a text gives away, and words that nothing but their place does.
import fc from 'fast-check'

const from = (letters: string, minLength: number, maxLength = minLength): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...letters), minLength, maxLength })

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const DIGITS = '0123456789'
const WORD = `${LOWER}${UPPER}${DIGITS}`
const BASE64URL = `${WORD}-_`

/** A text with a secret in it, and the secret. */
export interface Planted {
  readonly text: string
  readonly secret: string
}

const shape = (of: fc.Arbitrary<string>, text: (secret: string) => string = (secret) => secret): fc.Arbitrary<Planted> =>
  of.map((secret) => ({ secret, text: text(secret) }))

const jwt = fc
  .tuple(from(BASE64URL, 24, 60), from(BASE64URL, 24, 90), from(BASE64URL, 24, 60))
  .map(([head, body, mac]) => `eyJ${head}.eyJ${body}.${mac}`)
const password = from(`${WORD}_.!*`, 10, 40).filter((one) => /[0-9]/.test(one))
const pem = fc.array(from(`${WORD}+/`, 64), { minLength: 1, maxLength: 4 })

/** No part of a word that stands in a bundle anyway: fast-check likes `arguments`. */
const lowerPassword = from(LOWER, 6, 18).map((one) => `zq${one}`)

export const SHAPES: Readonly<Record<string, fc.Arbitrary<Planted>>> = {
  'an age key': shape(from('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58).map((key) => `AGE-SECRET-KEY-1${key}`)),
  'a post-quantum age key': shape(from('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 80).map((key) => `AGE-SECRET-KEY-PQ-1${key}`)),
  'a PEM key': pem.map((lines) => ({
    secret: lines[0] ?? '',
    text: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----`,
  })),
  'a PEM key in JSON': pem.map((lines) => ({
    secret: lines[0] ?? '',
    text: `{"identity":"-----BEGIN RSA PRIVATE KEY-----\\n${lines.join('\\n')}\\n"}`,
  })),
  'a PEM key that was cut off': pem.map((lines) => ({
    secret: lines[0] ?? '',
    text: `-----BEGIN EC PRIVATE KEY-----\n${lines.join('\n')}`,
  })),
  'a JWT': shape(jwt),
  'a bearer token': shape(from(`${BASE64URL}.`, 20, 60), (token) => `Authorization: Bearer ${token}`),
  'basic authentication': shape(
    password.map((one) => Buffer.from(`user:${one}`).toString('base64')),
    (token) => `authorization: Basic ${token}`,
  ),
  'a key of AWS': shape(from(`${UPPER}${DIGITS}`, 16).map((key) => `AKIA${key}`)),
  'a secret key of AWS': shape(from(`${WORD}/+`, 40), (key) => `aws_secret_access_key = ${key}`),
  'a token of GitHub': shape(from(WORD, 36).map((key) => `ghp_${key}`)),
  'a fine-grained token of GitHub': shape(from(`${WORD}_`, 60).map((key) => `github_pat_${key}`)),
  'a token of GitLab': shape(from(BASE64URL, 20).map((key) => `glpat-${key}`)),
  'a token of Slack': shape(from(`${DIGITS}${WORD}`, 30).map((key) => `xoxb-${key}`)),
  'a webhook of Slack': shape(
    from(WORD, 24).map((key) => `T0${key}/B0${key}/${key}`),
    (path) => `Post "https://hooks.slack.com/services/${path}": EOF`,
  ),
  'a password in a URL': shape(password, (one) => `clone https://git:${one}@git.example/home.git failed`),
  'a token in a URL': shape(from(WORD, 20, 40), (one) => `clone https://${one}@git.example/home.git failed`),
  'a password of a database': shape(password, (one) => `postgres://app:${one}@db:5432/app?sslmode=disable`),
  'a token in a query': shape(from(WORD, 12, 40), (one) => `GET https://git.example/a?access_token=${one}&x=1`),
  'a signature in a query': shape(from(`${WORD}%`, 24, 60), (one) => `https://a.example/b?sv=2026&sig=${one}`),
  'a password in YAML': shape(password, (one) => `values:\n  adminPassword: ${one}\n  replicas: 1`),
  'a password of small letters in YAML': shape(lowerPassword, (one) => `password: ${one}\nuser: a`),
  'a password in JSON': shape(password, (one) => JSON.stringify({ user: 'a', password: one })),
  'a password in JSON in JSON': shape(password, (one) => JSON.stringify({ msg: JSON.stringify({ dbPassword: one }) })),
  'an argument': shape(password, (one) => `--api-token=${one}`),
  'a variable of the environment': shape(password, (one) => `GITHUB_TOKEN=${one} flux bootstrap`),
  'base64 of something': shape(
    fc.uint8Array({ minLength: 48, maxLength: 90 }).map((bytes) => Buffer.from(bytes).toString('base64').replaceAll(/[+/=]/g, 'x9A')),
  ),
}

/** Of a shape that nothing knows. */
export const WORDS: fc.Arbitrary<string> = from(LOWER, 14, 30).map((word) => `canary${word}`)
