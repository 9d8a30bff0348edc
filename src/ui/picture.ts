// What moves on a terminal: one listr2 list that shows what is under way. It is fed, it decides nothing, and it can end at any moment.
import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from 'listr2'

export interface Picture {
  /** Shows this line instead of what was shown. */
  show(line: string): void
  /** Wipes it off at once; the cursor is where the next line goes. */
  end(): void
}

/** listr2 begins to draw only after it has loaded its parts, and ends by itself later: this one can be ended once, at any time before or after. */
class EndableRenderer extends DefaultRenderer {
  static override nonTTY = true
  #ready = false
  #ended = false

  override async render(): Promise<void> {
    await super.render()
    this.#ready = true
    if (this.#ended) super.end()
  }

  override end(): void {
    if (this.#ended) return
    this.#ended = true
    if (this.#ready) super.end()
  }
}

const logger = (stream: NodeJS.WriteStream): ListrLogger =>
  new ListrLogger({ useIcons: true, processOutput: new ProcessOutput(stream, stream, { leaveEmptyLine: false }) })

/** Draws on `stream`, a terminal. Throws nothing after it was made. */
export const createPicture = (stream: NodeJS.WriteStream): Picture => {
  let task: { title: string } | undefined
  let shown = ' '
  let finish = (): void => undefined
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const begin = (wrapper: { title?: string }): Promise<void> => {
    task = wrapper as { title: string }
    task.title = shown
    return finished
  }
  const list = new Listr([{ title: shown, task: (_ctx, wrapper) => begin(wrapper) }], {
    renderer: EndableRenderer as unknown as typeof DefaultRenderer,
    rendererOptions: { clearOutput: true, formatOutput: 'truncate', logger: logger(stream) },
    registerSignalListeners: false,
    exitOnError: false,
  })
  list.run().catch(() => undefined)
  const show = (line: string): void => {
    if (task && line !== shown) task.title = line
    shown = line
  }
  const end = (): void => {
    finish()
    const { renderer } = list as unknown as { renderer?: { end(): void } }
    renderer?.end()
  }
  return { show, end }
}
