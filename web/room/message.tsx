import { memo } from 'preact/compat';
import type { Room, RoomMessage } from '../../client/index.ts';
import { Avatar } from './avatar.tsx';
import { LinkedText } from './linked-text.tsx';
import { ModerateMessage } from './moderate.tsx';
import { RoleBadge } from './role-badge.tsx';
import { toClock, toFull } from './times.ts';

export interface MessageProps {
  message: RoomMessage;
  room: Room;
  isOwn: boolean;
  isHosts: boolean;
  /** Whether it is the first of several in a row by one person: only that one shows who. */
  isFirst: boolean;
  canModerate: boolean;
}

/** One message. Rendered again only when it changes, since there may be hundreds. */
export const MessageItem = memo(({ message, room, isOwn, isHosts, isFirst, canModerate }: MessageProps) => {
  const { participant, text, state, sentAt } = message;
  const classes = ['message', state, isOwn && 'own', isFirst && 'first'].filter(Boolean).join(' ');
  return (
    <li class={classes} part="message" data-seq={message.seq}>
      <Avatar {...participant} />
      <div class={isFirst ? 'by' : 'visually-hidden'}>
        <b dir="auto">{participant.username}</b>
        <RoleBadge participant={participant} isHost={isHosts} />
        <time dateTime={sentAt} title={toFull(sentAt)}>
          {toClock(sentAt)}
        </time>
      </div>
      <div class="text" dir="auto">
        <LinkedText text={text} />
        {state === 'sending' && <span class="sending"> Sending…</span>}
      </div>
      {state === 'failed' && (
        <div class="failed">
          <span>Not sent. {message.error?.message}</span>
          <button type="button" class="bare" onClick={() => room.retry(message).catch(() => {})}>
            Try again
          </button>
          <button type="button" class="bare" onClick={() => room.discard(message)}>
            Discard
          </button>
        </div>
      )}
      {canModerate && message.state === 'sent' && (
        <ModerateMessage room={room} message={message} isOwn={isOwn} />
      )}
    </li>
  );
});
