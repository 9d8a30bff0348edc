import type { Writable } from 'node:stream'

/**
 * All of the text, then the end of it. A program may end, or close its input, before it has read any: then the pipe is
 * broken, and what came of that is told by its exit code, not by an error that nobody waits for and that ends the suite.
 */
export function feed(stdin: Writable | null | undefined, text = ''): void {
  stdin?.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  stdin?.end(text)
}
