// A run's id sorts by time, names its runbook, and is safe as a file name: `20261121-031200-upgrade-1a2b`.

const RUN_ID = /^\d{8}-\d{6}-[a-z0-9]+(?:-[a-z0-9]+)*-[0-9a-f]{4}$/

/** `now` is written in UTC; `random` is any 16-bit number, so that two runs of one second differ. */
export const newRunId = (now: Date, runbook: string, random: number): string => {
  const [day = '', time = ''] = now.toISOString().split('T')
  const hex = (random & 0xffff).toString(16).padStart(4, '0')
  return `${day.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${runbook}-${hex}`
}

/** Whether `text` is a run id: what is not one never becomes part of a path. */
export const isRunId = (text: string): boolean => text.length <= 120 && RUN_ID.test(text)
