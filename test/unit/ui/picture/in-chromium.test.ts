// What a person sees and does: the page and the picture in a real Chromium without a network.
import axe from 'axe-core'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openChromium } from '../../../helpers/chromium.ts'
import { CLUSTERS, type ClusterName, HARM, htmlOf, svgOf } from './clusters.ts'
import { DESK, MISPLACED, type Opened, openPage, PHONE, type View } from './open-page.ts'

const NAMES = Object.keys(CLUSTERS) as ClusterName[]
const MINUTE = 60_000

let browser: Browser

beforeAll(async () => {
  browser = await openChromium()
}, 3 * MINUTE)
afterAll(() => browser?.close(), MINUTE)

async function withPage<T>(text: string, view: View, use: (opened: Opened) => Promise<T>, kind: 'html' | 'svg' = 'html'): Promise<T> {
  const opened = await openPage(browser, text, view, kind)
  try {
    return await use(opened)
  } finally {
    await opened.close()
  }
}

const openAll = (opened: Opened, selector: string): Promise<void> =>
  opened.page.evaluate(`for (const one of document.querySelectorAll(${JSON.stringify(selector)})) one.open = true`)

describe.each(NAMES)('the page of a cluster: %s', { timeout: 2 * MINUTE }, (name) => {
  test.each([
    ['a desk', DESK],
    ['a phone', PHONE],
    ['a desk by night', { ...DESK, dark: true }],
  ])('asks for nothing, complains of nothing, and no text leaves its place or covers another, on %s', async (_title, view) => {
    await withPage(htmlOf(name), view, async (opened) => {
      expect(await opened.page.evaluate(MISPLACED)).toEqual([])
      await openAll(opened, 'details.cause, details.more')
      expect(await opened.page.evaluate(MISPLACED)).toEqual([])
      expect(opened.requests).toEqual([])
      expect(opened.complaints).toEqual([])
    })
  })

  test('prints with all causes open, and no text leaves the paper', async () => {
    await withPage(htmlOf(name), DESK, async (opened) => {
      const { page } = opened
      await page.evaluate(
        "addEventListener('beforeprint', () => { window.shut = document.querySelectorAll('details.cause:not([open])').length })",
      )

      const pdf = await page.pdf({ format: 'A4' })
      // As wide as the paper between its margins.
      await page.setViewportSize({ width: Math.floor((182 / 25.4) * 96), height: 1000 })
      await page.emulateMedia({ media: 'print' })
      await openAll(opened, 'details.cause, details.more')

      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
      expect(await page.evaluate('window.shut')).toBe(0)
      expect(await page.evaluate(MISPLACED)).toEqual([])
    })
  })

  test('is the same picture as a file of its own, which is sound XML without anything that acts', async () => {
    await withPage(
      svgOf(name),
      DESK,
      async (opened) => {
        const root = await opened.page.evaluate('document.documentElement.nodeName')
        const acting = await opened.page.evaluate(
          "document.querySelectorAll('script, foreignObject, image, use, a, parsererror, [onload], [onerror], [onclick]').length",
        )

        expect(root).toBe('svg')
        expect(acting).toBe(0)
        expect(await opened.page.evaluate(MISPLACED)).toEqual([])
        expect(opened.requests).toEqual([])
        expect(opened.complaints).toEqual([])
      },
      'svg',
    )
  })
})

describe('three causes in 2,000 objects', { timeout: MINUTE }, () => {
  test.each([
    ['a desk', DESK],
    ['a phone', PHONE],
  ])('are in sight as soon as the page is open, on %s', async (_title, view) => {
    await withPage(htmlOf('three'), view, async ({ page }) => {
      const ends = await page.$$eval('details.cause > summary', (all) => all.map((one) => one.getBoundingClientRect().bottom))

      expect(ends).toHaveLength(3)
      expect(Math.max(...ends)).toBeLessThanOrEqual(view.height)
    })
  })

  test('a box of the picture leads to the objects that are folded in it, each with what it waits for', async () => {
    await withPage(htmlOf('three'), DESK, async ({ page }) => {
      const box = page.locator('svg.picture .waiting a', { hasText: '31 × Kustomization' })

      await box.click()

      const id = (await box.getAttribute('href')) ?? ''
      const members = page.locator(`${id} li`)
      expect(await members.count()).toBe(31)
      expect(await members.first().isVisible()).toBe(true)
      expect(await members.first().textContent()).toMatch(/^Kustomization team-4\/app-\d+ waits for .*Kustomization team-4\/base, cause 1/)
    })
  })

  test('a folded group opens and shuts by keyboard alone', async () => {
    await withPage(htmlOf('three'), DESK, async ({ page }) => {
      const summary = page.locator('#w1 > summary')
      await summary.focus()

      await page.keyboard.press('Enter')
      const open = await page.locator('#w1 li').first().isVisible()
      await page.keyboard.press('Enter')

      expect(open).toBe(true)
      expect(await page.locator('#w1 li').first().isVisible()).toBe(false)
    })
  })

  test('an object is found by a part of its name, with what it waits for and a way to its cause', async () => {
    await withPage(htmlOf('three'), DESK, async ({ page }) => {
      await page.getByRole('searchbox').fill('TEAM-5 shop')

      const found = page.locator('#found li')
      expect(await found.count()).toBe(1)
      expect(await found.textContent()).toContain('Kustomization team-5/shop waits for Kustomization team-5/api → ')
      expect(await page.getByRole('status').textContent()).toBe('1 found')

      await found.getByRole('link', { name: 'cause 2' }).click()
      expect(await page.locator('#cause-2 .inner').isVisible()).toBe(true)
    })
  })

  test('the texts of the picture stay in their boxes in a type that is much wider', async () => {
    await withPage(htmlOf('three'), DESK, async ({ page }) => {
      await page.evaluate("for (const text of document.querySelectorAll('svg text')) text.style.letterSpacing = '5px'")

      expect(await page.evaluate(MISPLACED)).toEqual([])
    })
  })

  test('what is not on the page is told not to be there', async () => {
    await withPage(htmlOf('three'), DESK, async ({ page }) => {
      await page.getByRole('searchbox').fill('nowhere')

      expect(await page.getByRole('status').textContent()).toBe('none: it is ready, or it is not of Flux')
    })
  })

  test('what is not needed for a fix is shut, and one click shows evidence and commands', async () => {
    await withPage(htmlOf('three'), DESK, async ({ page }) => {
      const cause = page.locator('#cause-2')
      const before = await cause.locator('pre').first().isVisible()

      await cause.locator('summary').click()

      expect(before).toBe(false)
      expect(await cause.locator('pre').first().textContent()).toBe('kubectl -n default describe deployment web')
      expect(await cause.locator('pre').first().isVisible()).toBe(true)
    })
  })
})

describe('who reads with a keyboard or with the ears', { timeout: 2 * MINUTE }, () => {
  test.each(
    (['three', 'forty', 'moving', 'hostile', 'quiet'] as const).flatMap((name) => [
      [name, 'by day', DESK] as const,
      [name, 'by night', { ...PHONE, dark: true }] as const,
    ]),
  )('is kept from nothing by the rules of WCAG: %s %s', async (name, _title, view) => {
    await withPage(htmlOf(name), view, async (opened) => {
      await openAll(opened, 'details')
      await opened.page.evaluate(axe.source)

      const broken = await opened.page.evaluate(
        "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))",
      )

      expect(broken).toEqual([])
    })
  })

  test('comes through the causes and the boxes one after the other', async () => {
    await withPage(htmlOf('moving'), DESK, async ({ page }) => {
      const seen: string[] = []
      for (let step = 0; step < 8; step++) {
        await page.keyboard.press('Tab')
        const name = "((one) => one.querySelector('title')?.textContent ?? (one.id || one.textContent))(document.activeElement)"
        seen.push(String(await page.evaluate(name)))
      }

      expect(seen).toEqual([
        'find',
        expect.stringContaining('1 Kustomization flux-system/old suspended by a person, blocks 1'),
        'Kustomization flux-system/behind',
        'prod-eu: moving',
        'Cause 1: Kustomization flux-system/old: it is suspended, and others wait for it',
        'Kustomization flux-system/slow: under way',
        'Kustomization flux-system/apps: waiting for what is under way',
        'Kustomization flux-system/behind: waiting for cause 1',
      ])
    })
  })
})

describe('a cluster that means harm', { timeout: MINUTE }, () => {
  test('runs no script and makes no element: everything that it says is text', async () => {
    await withPage(htmlOf('hostile'), DESK, async ({ page }) => {
      await openAll({ page } as Opened, 'details')
      await page.getByRole('searchbox').fill('onerror')

      expect(await page.evaluate('window.harmed')).toBeUndefined()
      expect(await page.locator('script').count()).toBe(1)
      expect(await page.locator('img, iframe, object, embed, form, link, base, style ~ style, h1 ~ h1').count()).toBe(0)
      expect(await page.$$eval('a', (all) => all.filter((one) => !/^#[a-z0-9-]+$/.test(one.getAttribute('href') ?? '')).length)).toBe(0)
      expect(await page.locator('#found li').count()).toBeGreaterThan(0)
      expect(await page.locator('#found li').first().textContent()).toContain('<img src=x onerror=')
    })
  })

  test('shows no character that turns, hides or moves text', async () => {
    await withPage(htmlOf('hostile'), DESK, async ({ page }) => {
      const text = (await page.evaluate('document.documentElement.textContent')) as string

      expect(text.match(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu)).toBeNull()
      expect(text).toContain('<U+202E>')
    })
  })

  test('could run none even by a hole in our markup: the browser refuses what is not of the page', async () => {
    await withPage(htmlOf('hostile'), DESK, async ({ page, complaints }) => {
      await page.evaluate(`document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(HARM)})`)
      await page.evaluate("document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.harmed = 1' }))")

      await expect.poll(() => complaints.filter((line) => line.startsWith('refused: ')).length).toBeGreaterThanOrEqual(2)
      expect(await page.evaluate('window.harmed')).toBeUndefined()
    })
  })
})
