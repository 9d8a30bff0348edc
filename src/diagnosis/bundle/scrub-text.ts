// Takes out of free text whatever has the shape of a secret. It works on text that nobody has written for it, so that it rather takes too much; what no
// shape gives away (a word that is a password, and says so nowhere) it cannot know. Every pattern is bounded: a text may be made to be slow.
import { clip, textOf } from '../well-formed.ts'
import { looksDrawn } from './drawn.ts'

/** The same text gives the same; a text that has gone through once stays as it is. */
export type Scrub = (text: string) => string

/** Without brackets and quotes: what a controller lists stands in those, and is read from them. */
const HIDDEN = '<redacted>'

interface Shape {
  readonly pattern: RegExp
  readonly instead: string
}

const hide = (pattern: RegExp, instead = HIDDEN): Shape => ({ pattern, instead })

/** Of a name of a value: `api_key`, `X-Amz-Signature`, `AWS_SECRET_ACCESS_KEY`. */
const NAMES =
  '[\\w.-]{0,40}(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|encryption[_-]?key|shared[_-]?key|credentials?|signature|authorization|cookie|session[_-]?id)[\\w-]{0,20}'

const SHAPES: readonly Shape[] = [
  // Without its END line a key runs to the end of the text.
  hide(/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g),
  hide(/AGE-(?:SECRET-KEY|PLUGIN)-[0-9A-Z+._-]{6,}/gi),
  // As a diagnosis writes it in any case.
  hide(/\b(https?:\/\/)[^/@\s"']{1,400}@/gi, '$1[redacted]@'),
  hide(/(:\/\/[^/@\s:"']{0,200}):[^/@\s"']{1,400}@/g, '$1:[redacted]@'),
  hide(/([\w.-]{1,64}):[^\s:@"']{1,200}@((?:tcp|unix|udp)\()/g, `$1:${HIDDEN}@$2`),
  hide(
    /\b(hooks\.slack\.com\/(?:services|workflows|triggers)\/|[\w.-]{0,80}webhook\.office\.com\/|discord(?:app)?\.com\/api\/webhooks\/|api\.telegram\.org\/bot)[^\s"'<>]{1,400}/gi,
    `$1${HIDDEN}`,
  ),
  hide(/\beyJ[\w-]{6,}(?:\.[\w-]{4,}){0,4}/g),
  hide(
    /\b(?:gh[pousr]_[A-Za-z0-9]{10,}|github_pat_\w{10,}|gl[a-z]{2,8}-[\w-]{16,}|xox[a-z]-[\w-]{8,}|npm_[A-Za-z0-9]{20,}|dckr_pat_[\w-]{10,}|hv[sbr]\.[\w-]{16,}|sk-[\w-]{16,}|ya29\.[\w-]{10,})/g,
  ),
  hide(/\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA|AIDA|AROA)[A-Z0-9]{12,}\b/g),
  hide(/\bAIza[\w-]{30,}/g),
  // "bearer token" and "basic authentication" are words of a message.
  hide(/\b([Bb]earer\s{1,4}|BEARER\s{1,4})(?:(?=[^\s"',;]{0,60}[A-Z0-9])[^\s"',;]{4,}|[^\s"',;]{16,})/g, `$1${HIDDEN}`),
  hide(/\b([Bb]asic\s{1,4}|BASIC\s{1,4})(?=[A-Za-z0-9+/_-]{0,60}[A-Z0-9=])[A-Za-z0-9+/_-]{6,}={0,2}/g, `$1${HIDDEN}`),
  hide(
    /\b(authorization["'\\]{0,4}\s{0,4}[:=]\s{0,4}["'\\]{0,4}(?:(?:bearer|basic|token|digest|negotiate)\s{1,4})?)[^\s"',\\]+/gi,
    `$1${HIDDEN}`,
  ),
  // "password":"…", also inside of a JSON text that is itself in JSON.
  hide(new RegExp(`(\\b${NAMES}\\\\{0,3}["']\\s{0,4}:\\s{0,4}\\\\{0,3}["'])(?:[^"'\\\\]|\\\\(?!["'])){1,4000}`, 'gi'), `$1${HIDDEN}`),
  hide(new RegExp(`(\\b${NAMES}\\s{0,2}=\\s{0,2}["'])[^"']{1,4000}`, 'gi'), `$1${HIDDEN}`),
  hide(new RegExp(`(\\b${NAMES}[ \\t]{0,2}=[ \\t]{0,2})[^\\s&"',;]+`, 'gi'), `$1${HIDDEN}`),
  hide(/([?&](?:sig|sv|se|st|key|code|auth|jwt|sign|X-Amz-[\w-]{1,40})=)[^\s&"',;]+/gi, `$1${HIDDEN}`),
  // `password: hunter` at the end of a line, or a value that is no word: in a sentence a word stands behind such a colon.
  hide(
    new RegExp(`(\\b${NAMES}["']?:[ \\t]{1,8}["']?)[^\\s"',]{3,400}(?=["']?[ \\t]{0,8}(?:[\\n\\r,}]|\\\\[nrt"]|$))`, 'gim'),
    `$1${HIDDEN}`,
  ),
  hide(new RegExp(`(\\b${NAMES}["']?:[ \\t]{0,8}["']?)(?=[^\\s"',]{0,60}[0-9!#$%^&*+=~])[^\\s"',]{6,400}`, 'gi'), `$1${HIDDEN}`),
]

const SHORTEST_RUN = 28

/** Longer runs of what base64 is written in; a fingerprint is public, and is evidence. */
const RUN = new RegExp(`(SHA256:)?[A-Za-z0-9+/_=-]{${SHORTEST_RUN},}`, 'g')

const withoutDrawn = (text: string): string =>
  text.replace(RUN, (run, fingerprint?: string) => (fingerprint === undefined && looksDrawn(run) ? HIDDEN : run))

/** One of them stands in every text that a shape fits: most texts of a cluster have none. */
const TRIGGER =
  /PRIVATE KEY|AGE-|@|eyJ|gh[pousr]_|github_pat_|gl[a-z]{2,8}-|xox|npm_|dckr_|hv[sbr]\.|sk-|ya29|A3T|AKIA|ASIA|ABIA|ACCA|AIDA|AROA|AIza|bearer|basic|pass|pwd|secret|token|key|credential|signature|authorization|cookie|session|[?&]|hooks\.slack|webhook|telegram/i

const scrubbed = (text: string): string => {
  const shaped = TRIGGER.test(text) ? SHAPES.reduce((rest, { pattern, instead }) => rest.replace(pattern, instead), text) : text
  return shaped.length < SHORTEST_RUN ? shaped : withoutDrawn(shaped)
}

/** Texts that come again and again; longer ones are not kept. */
const MOST_KNOWN = 20_000
const LONGEST_KNOWN = 200

/** `clean`: takes out values that are known to be secret. A text that is longer than a diagnosis reads is cut as it is there. */
export function createScrub(clean: Scrub = (text) => text): Scrub {
  const known = new Map<string, string>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const after = clip(clean(scrubbed(textOf(text))))
    if (text.length <= LONGEST_KNOWN && known.size < MOST_KNOWN) known.set(text, after)
    return after
  }
}

/** The same for a text of any length, which is not cut: the lines of a log are searched as one text, as keys have many. */
export const scrubLong = (text: string, clean: Scrub = (one) => one): string => clean(scrubbed(text))
