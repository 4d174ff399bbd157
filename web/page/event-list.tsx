import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Chat, Event } from '../../client/index.ts';
import { messageOf } from '../room/message-of.ts';
import { toShort } from '../room/times.ts';
import { NewEvent } from './new-event.tsx';
import { pathOf } from './route.ts';

const REFRESH_MS = 15_000;

/** The events that are on, newest first. `isOpen`: on the local stack, without an issuer. */
export function EventList({ chat, canCreate, isOpen }: { chat: Chat; canCreate: boolean; isOpen: boolean }) {
  const [events, setEvents] = useState<Event[]>();
  const [cursor, setCursor] = useState<string>();
  const [error, setError] = useState('');

  const refresh = useCallback(async () => {
    try {
      const page = await chat.events.list();
      setEvents((known = []) => {
        const fresh = new Set(page.events.map(({ id }) => id));
        // What was loaded with "More" stays; what has ended since leaves with the next visit.
        const oldest = page.events.at(-1)?.createdAt ?? '';
        return [...page.events, ...known.filter(({ id, createdAt }) => !fresh.has(id) && createdAt < oldest)];
      });
      setCursor((known) => known ?? page.nextCursor);
      setError('');
    } catch (failure) {
      setError(messageOf(failure));
    }
  }, [chat]);

  useEffect(() => {
    document.title = 'Live event chat';
    refresh();
    const timer = setInterval(() => document.hidden || refresh(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [refresh]);

  async function more() {
    try {
      const page = await chat.events.list(cursor === undefined ? {} : { cursor });
      setEvents((known = []) => [
        ...known,
        ...page.events.filter(({ id }) => known.every((one) => one.id !== id)),
      ]);
      setCursor(page.nextCursor ?? '');
    } catch (failure) {
      setError(messageOf(failure));
    }
  }

  return (
    <div class="listing">
      <header>
        <h1>Events</h1>
        {canCreate && <NewEvent chat={chat} />}
      </header>
      <p class="quiet">
        {isOpen
          ? 'This runs on your machine. Join an event, open it again as somebody else, and look at the frames.'
          : 'Pick an event and say hello.'}
      </p>
      {error && (
        <p class="error" role="alert">
          {error}{' '}
          <button type="button" onClick={refresh}>
            Try again
          </button>
        </p>
      )}
      {events === undefined && !error && <p class="quiet">Loading…</p>}
      {events?.length === 0 && <p class="quiet">There is no event at the moment.</p>}
      <ul class="events">
        {events?.map((event) => (
          <li key={event.id}>
            <a href={pathOf(event.id)}>{event.name}</a>
            {event.description && <p class="about">{event.description}</p>}
            <p class="facts">
              {[
                event.startsAt && `starts ${toShort(event.startsAt)}`,
                `${event.participantCount.toLocaleString()} ${event.participantCount === 1 ? 'person' : 'people'} here`,
              ]
                .filter(Boolean)
                .join(' · ')}
            </p>
          </li>
        ))}
      </ul>
      <p class="reference quiet">
        <a href="/docs">Reference of the APIs</a>
      </p>
      {cursor && (
        <p class="more">
          <button type="button" onClick={more}>
            More events
          </button>
        </p>
      )}
    </div>
  );
}
