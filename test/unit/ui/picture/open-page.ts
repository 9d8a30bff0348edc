// A page opened as a person opens it, from a file, with everything noted that it should not do.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'

export interface Opened {
  readonly page: Page
  /** What was asked for, the file itself left out. */
  readonly requests: readonly string[]
  /** Errors, lines on the console, dialogs, and what the policy refused. */
  readonly complaints: readonly string[]
  close(): Promise<void>
}

export interface View {
  readonly width: number
  readonly height: number
  readonly dark?: boolean
}

export const DESK: View = { width: 1280, height: 800 }
export const PHONE: View = { width: 390, height: 844 }

export async function openPage(
  browser: Browser,
  text: string,
  { width, height, dark = false }: View,
  kind: 'html' | 'svg' = 'html',
): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'flux-ops-page-'))
  const file = join(folder, `page.${kind}`)
  await writeFile(file, text)
  const context = await browser.newContext({ viewport: { width, height }, offline: true, colorScheme: dark ? 'dark' : 'light' })
  const page = await context.newPage()
  const requests: string[] = []
  const complaints: string[] = []
  const { href } = pathToFileURL(file)
  page.on('request', (request) => void (request.url().split('#')[0] === href || requests.push(request.url())))
  page.on('console', (message) => void complaints.push(message.text()))
  page.on('pageerror', (error) => void complaints.push(error.message))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog ${dialog.message()}`)
    dialog.dismiss().catch(() => undefined)
  })
  await page.exposeFunction('refused', (what: string) => void complaints.push(`refused: ${what}`))
  await page.addInitScript("addEventListener('securitypolicyviolation', (event) => window.refused(event.violatedDirective))")
  await page.goto(href)
  const close = async (): Promise<void> => {
    await context.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { page, requests, complaints, close }
}

/** Texts that leave the page or their box, or lie on one another; empty where all can be read. Runs in the page. */
export const MISPLACED = `(() => {
  const bad = []
  const texts = []
  const walker = document.createTreeWalker(document.body ?? document.documentElement, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const parent = node.parentElement
    if (node.data.trim() === '' || parent.closest('svg, script, style, title') !== null || !parent.checkVisibility()) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    const holder = parent.closest('.said, pre') ?? parent
    const clip = holder.matches('.said, pre') ? holder.getBoundingClientRect() : null
    for (const rect of range.getClientRects()) {
      if (rect.width < 0.5) continue
      if (rect.right > document.documentElement.clientWidth + 0.5 || rect.left < -0.5) bad.push('leaves the page: ' + node.data.slice(0, 60))
      if (clip !== null && (rect.right > clip.right + 0.5 || rect.left < clip.left - 0.5)) bad.push('leaves its block: ' + node.data.slice(0, 60))
      texts.push({ rect, text: node.data.slice(0, 60) })
    }
  }
  const over = (a, b, by) => a.left + by < b.right && b.left + by < a.right && a.top + by < b.bottom && b.top + by < a.bottom
  // Lines of one paragraph may touch: what counts is the middle of the letters.
  const core = ({ left, right, top, bottom }) => ({ left: left + 1, right: right - 1, top: top + (bottom - top) * 0.3, bottom: bottom - (bottom - top) * 0.3 })
  const cores = texts.map(({ rect, text }) => ({ rect: core(rect), text })).sort((a, b) => a.rect.top - b.rect.top)
  for (const [at, one] of cores.entries())
    for (let next = at + 1; next < cores.length && cores[next].rect.top < one.rect.bottom; next++)
      if (over(one.rect, cores[next].rect, 0)) bad.push('on one another: ' + one.text + ' | ' + cores[next].text)
  const boxes = Array.from(document.querySelectorAll('svg.picture .cause, svg.picture .waiting, svg.picture .moving'), (box) => {
    const rects = Array.from(box.querySelectorAll('.box'), (rect) => rect.getBoundingClientRect())
    const own = rects.at(-1)
    for (const text of box.querySelectorAll('text')) {
      const at = text.getBoundingClientRect()
      if (at.left < own.left - 1 || at.right > own.right + 1 || at.top < own.top - 1 || at.bottom > own.bottom + 1) bad.push('leaves its box: ' + text.textContent)
    }
    const lines = Array.from(box.querySelectorAll('text:not(.number)'), (text) => core(text.getBoundingClientRect()))
    for (const [at, line] of lines.entries()) if (at > 0 && over(line, lines[at - 1], 0)) bad.push('lines on one another: ' + box.textContent)
    const left = Math.min(...rects.map((rect) => rect.left)), right = Math.max(...rects.map((rect) => rect.right))
    return { left, right, top: Math.min(...rects.map((rect) => rect.top)), bottom: Math.max(...rects.map((rect) => rect.bottom)) }
  })
  for (const [at, box] of boxes.entries()) for (const other of boxes.slice(at + 1)) if (over(box, other, 1)) bad.push('boxes on one another')
  if (document.documentElement.scrollWidth > innerWidth && document.body) bad.push('the page is wider than the window')
  return bad
})()`
