// Spans of time as people say them.

/** `0.3 s`, `12 s`, `4 min 5 s`, `2 h 10 min`. */
export const duration = (ms: number): string => {
  const seconds = Math.max(0, ms) / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`
  const hours = Math.floor(minutes / 60)
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
}

/** `just now`, `4 minutes ago`, `3 days ago`. */
export const ago = (ms: number): string => {
  const units = [
    { name: 'day', ms: 86_400_000 },
    { name: 'hour', ms: 3_600_000 },
    { name: 'minute', ms: 60_000 },
    { name: 'second', ms: 1_000 },
  ]
  for (const unit of units) {
    const count = Math.floor(ms / unit.ms)
    if (count >= 1) return `${plural(count, unit.name)} ago`
  }
  return 'just now'
}

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
