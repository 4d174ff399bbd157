const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const withYear = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const short = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

const startOfDay = (time: Date) => new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();

/** Each takes a time as the protocol writes it, and gives it in the reader's language and zone. */
export const toClock = (iso: string) => clock.format(new Date(iso));
export const toFull = (iso: string) => full.format(new Date(iso));
export const toShort = (iso: string) => short.format(new Date(iso));

export const isSameDay = (a: string, b: string) => startOfDay(new Date(a)) === startOfDay(new Date(b));

/** "today", "yesterday", or the date. */
export function toDay(iso: string): string {
  const time = new Date(iso);
  const now = new Date();
  const days = Math.round((startOfDay(time) - startOfDay(now)) / 86_400_000);
  if (days > -2 && days <= 0) return relative.format(days, 'day');
  return (time.getFullYear() === now.getFullYear() ? date : withYear).format(time);
}
