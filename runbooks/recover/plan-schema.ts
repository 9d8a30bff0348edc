// What is done to which object, as it was when the plan was made.
import * as z from 'zod'
import { text } from '../../src/actions/plan-parts.ts'
import { REMEDIES } from '../../src/diagnosis/remedy.ts'

const word = z.string().max(700)

/** Where an object is, and which one of that name. */
const address = z.strictObject({
  group: word,
  version: word,
  plural: word,
  kind: word,
  namespaced: z.boolean(),
  namespace: word.exactOptional(),
  name: word,
  uid: word,
})

export type Address = z.infer<typeof address>

export const fixSchema = z.strictObject({
  /** `Kind namespace/name` of the cause. */
  object: word,
  at: address,
  does: z.enum(REMEDIES),
  /** Id of the state, and what is wrong, as the diagnosis says it. */
  state: word,
  says: text,
  blocks: z.int().min(0),
  /** Its sources, asked before it, in this order. */
  first: z.array(address),
  /** start: pods wanted. */
  replicas: z.int().min(1).exactOptional(),
  /** drop-finalizers: those that are taken off, and what its controller leaves behind. */
  finalizers: z.array(word).exactOptional(),
  leaves: z.int().min(0).exactOptional(),
  /** What else is written to: the object to be made anew, the Secret of a release, the Secret with known_hosts. */
  to: address.exactOptional(),
  /** drop-release: name of the copy that stays in the cluster. */
  keptAs: word.exactOptional(),
  /** pin-host-key: known_hosts of before and after, neither of them secret. */
  knownHosts: z.strictObject({ before: text, after: text, fingerprint: word }).exactOptional(),
})

export type Fix = z.infer<typeof fixSchema>

export const planSchema = z.strictObject({
  clusterUid: word,
  context: word,
  namespace: word,
  fixes: z.array(fixSchema).min(1),
  /** Causes that are not dealt with: `Kind namespace/name: what is wrong`. */
  left: z.array(text),
  timeoutMs: z.int().positive(),
  madeAt: word,
})

export type RecoverPlan = z.infer<typeof planSchema>
