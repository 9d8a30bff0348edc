// A wizard without a terminal and without a cluster: facts are said, answers come from a list.
import type { Facts } from '../../../../src/cli/wizard/facts.ts'
import { Interview } from '../../../../src/cli/wizard/interview.ts'
import { type Answers, type Asker, BACK, type Prompt } from '../../../../src/cli/wizard/model.ts'
import { QUESTIONS } from '../../../../src/cli/wizard/questions/index.ts'

export const UID = '7b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d'
export const SHOWN = 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU'
export const OTHER_KEY = 'SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM'
export const RECIPIENT = 'age1y4ch2ffz3j7lltmlzh0r3h69ht7kznk6r8le2c4sse793l8vkpjsz55a6c'

export const FACTS: Facts = {
  contexts: [
    { name: 'admin@prod-eu', server: 'https://prod.example.com:6443', current: true },
    { name: 'admin@stage', server: 'https://stage.example.com:6443', current: false },
  ],
  repository: { origin: 'git@github.com:acme/fleet.git', branch: 'main', files: [], recipients: [] },
}

export const clusterSeen = (context: string, version = 'v1.34.4'): Partial<Facts> => ({
  cluster: { status: 'seen', context, server: 'https://prod.example.com:6443', version, uid: UID, flux: { status: 'none' } },
})

export const KEYS_SEEN: Partial<Facts> = {
  hostKeys: { status: 'seen', host: 'github.com', keys: [{ fingerprint: SHOWN, type: 'ssh-ed25519' }] },
}

export const ENTER = Symbol('enter')
type Reply = string | typeof ENTER | typeof BACK

/** Answers by the name of the question; what is not named is answered by Enter. A list is used up, then Enter again. */
export class ScriptedAsker implements Asker {
  readonly said: string[] = []
  readonly asked: Prompt[] = []
  readonly #replies: Map<string, Reply[]>

  constructor(replies: Readonly<Record<string, Reply | readonly Reply[]>>) {
    this.#replies = new Map(Object.entries(replies).map(([name, reply]) => [name, [reply].flat() as Reply[]]))
  }

  say(lines: readonly string[]): void {
    this.said.push(...lines)
  }

  async ask(prompt: Prompt): Promise<string | typeof BACK> {
    this.asked.push(prompt)
    const reply = this.#replies.get(prompt.name)?.shift() ?? ENTER
    if (reply === BACK) return BACK
    const text = reply === ENTER ? (prompt.preset ?? '') : reply
    const parsed = prompt.check(text)
    if ('problem' in parsed) throw new Error(`${prompt.name}: ${parsed.problem} → ${parsed.hint}`)
    return text
  }

  get names(): string[] {
    return this.asked.map(({ name }) => name)
  }

  prompt(name: string): Prompt {
    const found = this.asked.findLast((each) => each.name === name)
    if (found === undefined) throw new Error(`${name} was not asked`)
    return found
  }
}

export interface Scene {
  readonly facts?: Partial<Facts>
  readonly cluster?: Partial<Facts>
  readonly hostKeys?: Partial<Facts>
  readonly begun?: Answers
}

export const NEEDED = { 'host keys': 'compared', recipients: RECIPIENT, 'backup in': '/media/usb' }

export function interviewOf(asker: Asker, { facts, cluster, hostKeys = KEYS_SEEN, begun }: Scene = {}): Interview {
  const desk = {
    asker,
    questions: QUESTIONS,
    facts: { ...FACTS, ...facts },
    gather: async (need: string, answers: Answers) => (need === 'cluster' ? (cluster ?? clusterSeen(answers.context ?? '')) : hostKeys),
    look: async () => undefined,
  }
  return new Interview(desk, begun)
}

export async function answered(
  replies: Readonly<Record<string, Reply | readonly Reply[]>> = NEEDED,
  scene: Scene = {},
): Promise<{ answers: Answers; asker: ScriptedAsker; interview: Interview }> {
  const asker = new ScriptedAsker(replies)
  const interview = interviewOf(asker, scene)
  return { answers: await interview.run(), asker, interview }
}
