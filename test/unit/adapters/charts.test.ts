import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { createCharts } from '../../../src/adapters/charts.ts'

let server: Server | undefined
const serve = async (listener: RequestListener): Promise<string> => {
  server = createServer(listener)
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
afterEach(() => server?.close())

const DIGEST = `sha256:${'a'.repeat(64)}`
const ANSWERS: Readonly<Record<string, unknown>> = {
  '/v2/charts/flux2/tags/list?n=1000': { name: 'charts/flux2', tags: ['2.17.3', '2.18.0_up1'] },
  '/v2/charts/flux2/manifests/2.18.0_up1': { config: { digest: DIGEST } },
  [`/v2/charts/flux2/blobs/${DIGEST}`]: { name: 'flux2', appVersion: '2.8.5' },
}
const registry: RequestListener = (request, response) => {
  const answer = ANSWERS[request.url ?? '']
  response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? {}))
}
const oci = (host: string) => ({ url: `oci://${host}/charts/flux2`, name: 'flux2', insecure: true })

describe('a chart repository', () => {
  it('in a registry has versions by its tags, with the plus that a tag cannot have', async () => {
    expect(await createCharts().versions(oci(await serve(registry)))).toEqual(['2.17.3', '2.18.0+up1'])
  })

  it('in a registry says what a version holds in its config', async () => {
    expect(await createCharts().appVersion(oci(await serve(registry)), '2.18.0+up1')).toBe('2.8.5')
  })

  it('says nothing of a version that is not there', async () => {
    expect(await createCharts().appVersion(oci(await serve(registry)), '9.9.9')).toBeUndefined()
  })

  it('that wants a token gets one for nobody', async () => {
    const seen: (string | undefined)[] = []
    const host = await serve((request, response) => {
      const { authorization, host: at } = request.headers
      if (request.url?.startsWith('/token')) return response.end(JSON.stringify({ token: request.url }))
      seen.push(authorization)
      if (authorization !== undefined) return registry(request, response)
      const header = `Bearer realm="http://${at}/token",service="reg",scope="repository:charts/flux2:pull"`
      return response.writeHead(401, { 'www-authenticate': header }).end()
    })

    expect(await createCharts().versions(oci(host))).toHaveLength(2)
    expect(seen).toEqual([undefined, 'Bearer /token?service=reg&scope=repository%3Acharts%2Fflux2%3Apull'])
  })

  it('in a registry that answers page by page has the versions of all pages', async () => {
    const host = await serve((request, response) => {
      const last = new URL(request.url ?? '', 'http://x').searchParams.get('last')
      const [tag = '', next] = last === null ? ['1.0.0', '</v2/charts/flux2/tags/list?n=1&last=1.0.0>; rel="next"'] : ['2.0.0', undefined]
      response.writeHead(200, next === undefined ? {} : { link: next }).end(JSON.stringify({ tags: [tag] }))
    })

    expect(await createCharts().versions(oci(host))).toEqual(['1.0.0', '2.0.0'])
  })

  it.each([
    ['never end', '</v2/charts/flux2/tags/list?last=x>; rel="next"', 'more than 50 pages'],
    ['go on at another server', '<http://169.254.169.254/x>; rel="next"', 'goes on at another server'],
  ])('whose pages %s is not known', async (_what, link, why) => {
    const host = await serve((_request, response) => response.writeHead(200, { link }).end(JSON.stringify({ tags: ['1.0.0'] })))

    await expect(createCharts().versions(oci(host))).rejects.toMatchObject({
      code: 'chart-unreachable',
      message: expect.stringContaining(why),
    })
  })

  it('that answers without end is not known', async () => {
    const spaces = function* () {
      for (;;) yield Buffer.alloc(1024 * 1024, ' ')
    }
    const host = await serve((_request, response) => void Readable.from(spaces()).pipe(response))

    await expect(createCharts().versions({ url: `http://${host}`, name: 'flux2', insecure: true })).rejects.toMatchObject({
      code: 'chart-unreachable',
      message: expect.stringContaining('more than 64 MiB'),
    })
  })

  it('by its index says both', async () => {
    const host = await serve((_request, response) =>
      response.end(
        'entries:\n  flux2:\n    - version: 2.19.2\n      appVersion: 2.9.2\n    - version: 2.17.3\n      appVersion: "2.7.3"\n',
      ),
    )
    const chart = { url: `http://${host}/charts/`, name: 'flux2', insecure: true }

    expect(await createCharts().versions(chart)).toEqual(['2.19.2', '2.17.3'])
    expect(await createCharts().appVersion(chart, '2.17.3')).toBe('2.7.3')
  })

  it.each([
    ['refuses', ((_request, response) => response.writeHead(403).end()) as RequestListener, /HTTP 403/],
    [
      'answers something else',
      ((_request, response) => response.end('<html>')) as RequestListener,
      /is not what such a repository answers/,
    ],
  ])('that %s is not known', async (_what, listener, why) => {
    await expect(createCharts().versions(oci(await serve(listener)))).rejects.toMatchObject({
      code: 'chart-unreachable',
      message: expect.stringMatching(why),
    })
  })

  it('that is not there is not known', async () => {
    await expect(createCharts().versions(oci('127.0.0.1:1'))).rejects.toMatchObject({ code: 'chart-unreachable' })
  })
})
