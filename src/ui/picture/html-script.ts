// The little that the page does by itself: find an object, open what a link leads to, open the causes for a printer. It makes no markup of any text.

export const PAGE_SCRIPT = `(() => {
  const MOST = 50
  const byId = (id) => document.getElementById(id)
  const rows = Array.from(document.querySelectorAll('[data-o]'), (row) => [row.querySelector('.o').textContent.toLowerCase(), row])
  const find = byId('find')
  const show = () => {
    const words = find.value.toLowerCase().split(/\\s+/).filter((word) => word !== '')
    const hits = words.length === 0 ? [] : rows.filter(([name]) => words.every((word) => name.includes(word)))
    byId('found').replaceChildren(...hits.slice(0, MOST).map(([, row]) => {
      const item = document.createElement('li')
      item.append(...row.cloneNode(true).childNodes)
      return item
    }))
    const more = hits.length > MOST ? ', the first ' + MOST + ' are shown' : ''
    const none = words.length === 0 ? '' : 'none: it is ready, or it is not of Flux'
    byId('says').textContent = hits.length === 0 ? none : hits.length + ' found' + more
  }
  find.addEventListener('input', show)
  byId('search').hidden = false
  const open = (id) => {
    const target = byId(id)
    for (let at = target; at !== null; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true
    return target
  }
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href]')
    if (link !== null) open(link.getAttribute('href').slice(1))
  })
  const arrive = () => location.hash.length > 1 && open(location.hash.slice(1))?.scrollIntoView()
  addEventListener('hashchange', arrive)
  arrive()
  let closed = []
  addEventListener('beforeprint', () => {
    closed = Array.from(document.querySelectorAll('details.cause:not([open]),details.more:not([open])'))
    for (const one of closed) one.open = true
  })
  addEventListener('afterprint', () => {
    for (const one of closed) one.open = false
  })
})()
`
