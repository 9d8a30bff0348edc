// The help of every command as the built program itself prints it, so that the kept texts cannot differ from the real ones.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type HelpTexts, USER_AGENT_MARK, userAgent } from '../../src/cli/start/answers.ts'

const COLUMNS = '80' // set, it also keeps the program from answering out of kept texts

const ask = async (dist: string, subject: string, color: NodeJS.ProcessEnv): Promise<string> => {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME }
  const args = [join(dist, 'flux-ops.js'), ...subject.split(' ').filter((word) => word !== ''), '--help']
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...env, ...color, OCLIF_COLUMNS: COLUMNS } })
  return stdout.replaceAll(userAgent(), USER_AGENT_MARK)
}

/** @param subjects words of the commands and topics, joined by spaces */
export const helpTexts = async (dist: string, subjects: readonly string[]): Promise<HelpTexts> => {
  const texts = { plain: {} as Record<string, string>, colored: {} as Record<string, string> }
  const todo = [...subjects]
  const worker = async () => {
    for (let subject = todo.shift(); subject !== undefined; subject = todo.shift()) {
      texts.plain[subject] = await ask(dist, subject, { NO_COLOR: '1' })
      texts.colored[subject] = await ask(dist, subject, { FORCE_COLOR: '1' })
    }
  }
  await Promise.all([worker(), worker()])
  return texts
}
