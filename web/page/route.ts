import { useEffect, useState } from 'preact/hooks';

/** The event that the address names; undefined for the list. */
const current = () => /^#\/events\/([\w-]+)$/.exec(location.hash)?.[1];

export const pathOf = (eventId: string) => `#/events/${eventId}`;

/** The address that others can open. */
export const linkTo = (eventId: string) => new URL(`/${pathOf(eventId)}`, location.origin).href;

export function useRoute(): string | undefined {
  const [eventId, setEventId] = useState(current);
  useEffect(() => {
    const follow = () => setEventId(current());
    addEventListener('hashchange', follow);
    // It may have changed between the render and here.
    follow();
    return () => removeEventListener('hashchange', follow);
  }, []);
  return eventId;
}
