import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Events, Room, RoomSnapshot, SentMessage } from '../../client/index.ts';
import { Composer } from './composer.tsx';
import { ConnectionState } from './connection-state.tsx';
import { HostTools } from './host-tools.tsx';
import { reasonOf } from './message-of.ts';
import { Messages } from './messages.tsx';
import { People } from './people.tsx';
import { Pinned } from './pinned.tsx';
import { Reactions } from './reactions.tsx';
import { toClock, toShort } from './times.ts';
import { Typing } from './typing.tsx';
import { useSnapshot } from './use-snapshot.ts';

export interface RoomViewProps {
  room: Room;
  /** For those who may operate. */
  events?: Events | undefined;
  /** What is offered to those who only watch. */
  watching?: ComponentChildren;
  /** Whether somebody has just joined with a press of a button, and wants to write. */
  hasJoined?: boolean;
  /** What its name is in the outline of the page around it. */
  heading?: 'h1' | 'h2';
  /** More buttons for the head. */
  children?: ComponentChildren;
}

const isWide = () => matchMedia('(min-width: 52rem)').matches;

/** An event as somebody sees it who has joined. */
export function RoomView({
  room,
  events,
  watching,
  hasJoined = false,
  heading: Heading = 'h2',
  children,
}: RoomViewProps) {
  const snapshot = useSnapshot(room);
  const [side, setSide] = useState<'people' | 'host' | undefined>(() => (isWide() ? 'people' : undefined));
  const Subheading = Heading === 'h1' ? 'h2' : 'h3';
  const [hasMore, setMore] = useState(false);
  const [replyTo, setReplyTo] = useState<SentMessage>();
  const { event, status, can, me, participantCount, viewerCount } = snapshot;
  const people = `${participantCount.toLocaleString()} ${participantCount === 1 ? 'person' : 'people'}`;
  const toggle = (which: 'people' | 'host') => setSide(side === which ? undefined : which);
  const isIn = status === 'live' || status === 'reconnecting';
  return (
    <section class="room" aria-label={event?.name ?? 'Event'}>
      <div class="room-head" part="head">
        <div class="title">
          <Heading>{event?.name ?? '…'}</Heading>
          <ConnectionState status={status} />
        </div>
        <button type="button" class="bare" aria-expanded={side === 'people'} onClick={() => toggle('people')}>
          {viewerCount > 0 ? `${people}, ${viewerCount.toLocaleString()} watching` : people}
        </button>
        {can.moderate && (
          <button type="button" class="bare" aria-expanded={side === 'host'} onClick={() => toggle('host')}>
            Host tools
          </button>
        )}
        {children && (
          <>
            <button
              type="button"
              class="bare more"
              aria-label="More"
              aria-expanded={hasMore}
              onClick={() => setMore(!hasMore)}
            >
              <span aria-hidden="true">☰</span>
            </button>
            <div class={hasMore ? 'extras open' : 'extras'}>{children}</div>
          </>
        )}
      </div>
      <div class="room-body">
        <div class="conversation">
          <Notice room={room} snapshot={snapshot} />
          <Pinned room={room} snapshot={snapshot} />
          <Messages room={room} snapshot={snapshot} onReply={isIn && can.send ? setReplyTo : undefined} />
          <div class="below">
            <Typing typing={snapshot.typing} />
            <Reactions room={room} snapshot={snapshot} />
            {isIn && me && (
              <Composer
                room={room}
                snapshot={snapshot}
                replyTo={replyTo}
                onReplied={() => setReplyTo(undefined)}
                isFocused={hasJoined}
              />
            )}
            {isIn && !me && watching}
          </div>
        </div>
        {side && (
          <aside class="side" part="side" aria-label={side === 'people' ? 'Participants' : 'Tools'}>
            <div class="side-head">
              <Subheading>
                {side === 'people' ? `People (${participantCount.toLocaleString()})` : 'Moderation'}
              </Subheading>
              <button type="button" class="bare" aria-label="Close" onClick={() => setSide(undefined)}>
                <span aria-hidden="true">✕</span>
              </button>
            </div>
            {side === 'host' && can.moderate && <HostTools room={room} snapshot={snapshot} events={events} />}
            {side === 'people' && <People room={room} snapshot={snapshot} />}
          </aside>
        )}
      </div>
    </section>
  );
}

/** What everybody should know about the event right now. */
function Notice({
  room,
  snapshot: { status, event, error, mutedUntil },
}: {
  room: Room;
  snapshot: RoomSnapshot;
}) {
  const [until, setUntil] = useState<string>();
  useEffect(() => {
    room.closed.then(({ expiresAt }) => setUntil(expiresAt));
  }, [room]);
  const lines = [
    status === 'ended' && 'This event has ended.',
    status === 'kicked' && 'A moderator has removed you from this event.',
    status === 'banned' && 'You are banned from this event.',
    (status === 'kicked' || status === 'banned') && error?.reason,
    status === 'banned' && until && `Until ${toShort(until)}.`,
    status === 'refused' && error && reasonOf(error),
    status === 'live' && mutedUntil && `You are muted until ${toClock(mutedUntil)}.`,
    status === 'live' && mutedUntil && error?.code === 'MUTED' && error.reason,
    status === 'live' && event?.paused && 'Paused: only moderators can write.',
    status === 'live' && event?.slowModeSeconds && `Slow mode: one message every ${event.slowModeSeconds} s.`,
  ].filter(Boolean);
  // Always there: a live region that appears with its text is not read out.
  return (
    <div class="notice" aria-live="polite">
      {lines.join(' ')}
    </div>
  );
}
