import { memo } from 'preact/compat';
import type { Room, RoomMessage, SentMessage } from '../../client/index.ts';
import { Avatar } from './avatar.tsx';
import { LinkedText } from './linked-text.tsx';
import { rejectionOf } from './message-of.ts';
import { ModerateMessage } from './moderate.tsx';
import { Quote } from './quote.tsx';
import { RoleBadge } from './role-badge.tsx';
import { toClock, toFull } from './times.ts';

export interface MessageProps {
  message: RoomMessage;
  room: Room;
  isOwn: boolean;
  isHosts: boolean;
  isPinned: boolean;
  /** Whether it is the first of several in a row by one person: only that one shows who. */
  isFirst: boolean;
  /** Whether the Tab key stops at its buttons. */
  isStop: boolean;
  /** Whether the message that it answers is on the page. */
  isQuotedShown: boolean;
  canModerate: boolean;
  /** Missing for those who cannot write. */
  onReply?: ((message: SentMessage) => void) | undefined;
}

/** One message. Rendered again only when it changes, since there may be hundreds. */
export const MessageItem = memo((props: MessageProps) => {
  const { message, room, isOwn, isHosts, isFirst, isQuotedShown } = props;
  const { participant, text, state, sentAt, kind, replyTo } = message;
  const classes = ['message', state, kind, isOwn && 'own', isFirst && 'first'].filter(Boolean).join(' ');
  return (
    <li class={classes} part="message" data-seq={message.seq} tabIndex={-1}>
      <Avatar {...participant} />
      <div class={isFirst ? 'by' : 'visually-hidden'}>
        {kind && <span class="badge">announcement</span>}
        <b dir="auto">{participant.username}</b>
        <RoleBadge participant={participant} isHost={isHosts} />
        <time dateTime={sentAt} title={toFull(sentAt)}>
          {toClock(sentAt)}
        </time>
      </div>
      {replyTo && <Quote quoted={replyTo} isShown={isQuotedShown} />}
      <div class="text" dir="auto">
        <LinkedText text={text} />
        {state === 'sending' && <span class="sending"> Sending…</span>}
      </div>
      {state === 'failed' && (
        <div class="failed">
          <span>Not sent. {message.error && rejectionOf(message.error)}</span>
          <button type="button" class="bare" onClick={() => room.retry(message).catch(() => {})}>
            Try again
          </button>
          <button type="button" class="bare" onClick={() => room.discard(message)}>
            Discard
          </button>
        </div>
      )}
      {message.state === 'sent' && <Acts {...props} message={message} />}
    </li>
  );
});

function Acts(props: MessageProps & { message: SentMessage }) {
  const { message, canModerate, onReply, isStop } = props;
  const tabIndex = isStop ? 0 : -1;
  if (!canModerate && !onReply) return null;
  return (
    <div class="acts">
      {onReply && (
        <button
          type="button"
          class="bare"
          aria-label={`Reply to ${message.participant.username}`}
          aria-keyshortcuts="ArrowUp ArrowDown"
          title="Reply"
          tabIndex={tabIndex}
          onClick={() => onReply(message)}
        >
          <span aria-hidden="true">↩</span>
        </button>
      )}
      {canModerate && <ModerateMessage {...props} tabIndex={tabIndex} />}
    </div>
  );
}
