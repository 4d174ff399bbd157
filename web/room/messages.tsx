import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Room, RoomMessage, RoomSnapshot, SentMessage } from '../../client/index.ts';
import { moveAmongActs } from './acts.ts';
import { MessageItem } from './message.tsx';
import { isSameDay, toDay } from './times.ts';

/** How many are rendered at least; whoever reads further up gets more. */
const RENDERED = 150;
/** Closer than this to an end, in pixels, is at it. */
const NEAR = 80;
const SAME_BREATH_MS = 5 * 60_000;

interface View {
  /** Where the reader was before this render. */
  isAtEnd: boolean;
  fromEnd: number;
  firstKey?: string | undefined;
}

interface MessagesProps {
  room: Room;
  snapshot: RoomSnapshot;
  /** Missing for those who cannot write. */
  onReply?: ((message: SentMessage) => void) | undefined;
}

/**
 * The messages, in a region that scrolls: stays at the newest one while the reader is there, and does not move under
 * their eyes otherwise, whatever is added above or below.
 */
export function Messages({ room, snapshot, onReply }: MessagesProps) {
  const region = useRef<HTMLDivElement>(null);
  const view = useRef<View>({ isAtEnd: true, fromEnd: 0 });
  const [rendered, setRendered] = useState(RENDERED);
  const [isAtEnd, setAtEnd] = useState(true);
  const [isLoading, setLoading] = useState(false);
  const [lastRead, setLastRead] = useState<string>();

  const { messages, me, can, event, hasOlder } = snapshot;
  const shown = messages.slice(-(isAtEnd ? Math.min(rendered, 2 * RENDERED) : rendered));
  const firstKey = shown[0]?.key;
  const shownSeqs = new Set(shown.map(({ seq }) => seq));
  const lastSeq = shown.findLast(({ seq }) => seq !== undefined)?.seq;
  const isMore = hasOlder || shown.length < messages.length;
  const unread = isAtEnd ? 0 : countAfter(messages, lastRead, me?.id);

  useLayoutEffect(() => {
    const element = region.current;
    if (!element) return;
    const { current } = view;
    const own = messages.at(-1);
    const isNewOwn = own?.state === 'sending' && own.key !== lastRead && !current.isAtEnd;
    if (current.isAtEnd || isNewOwn) element.scrollTop = element.scrollHeight;
    else if (current.firstKey !== firstKey) element.scrollTop = element.scrollHeight - current.fromEnd;
    remember();
  }, [messages, firstKey]);

  // It gets smaller when the composer grows, for example.
  useEffect(() => {
    const element = region.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (view.current.isAtEnd) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  function remember() {
    const element = region.current;
    if (!element) return;
    const fromEnd = element.scrollHeight - element.scrollTop;
    const atEnd = fromEnd - element.clientHeight < NEAR;
    view.current = { isAtEnd: atEnd, fromEnd, firstKey };
    if (atEnd) setLastRead(messages.at(-1)?.key);
    setAtEnd(atEnd);
  }

  async function older() {
    if (isLoading) return;
    setRendered(shown.length + RENDERED);
    if (shown.length + RENDERED <= messages.length || !hasOlder) return;
    setLoading(true);
    // A failure leaves the button where it is.
    await room.loadOlder().catch(() => {});
    setLoading(false);
  }

  function onScroll() {
    remember();
    if (region.current && region.current.scrollTop < NEAR && isMore && !isAtEnd) older();
  }

  function toNewest() {
    setRendered(RENDERED);
    if (region.current) region.current.scrollTop = region.current.scrollHeight;
    remember();
  }

  return (
    <>
      <div
        ref={region}
        class="messages"
        part="messages"
        role="log"
        aria-label="Messages"
        aria-busy={isLoading}
        tabIndex={0}
        onScroll={onScroll}
      >
        <div class="start">
          {isMore ? (
            <button type="button" onClick={older} disabled={isLoading}>
              {isLoading ? 'Loading…' : 'Older messages'}
            </button>
          ) : (
            messages.length > 0 && <span>The beginning of the chat</span>
          )}
        </div>
        {messages.length === 0 && snapshot.status === 'live' && (
          <div class="empty">
            <span aria-hidden="true">👋</span>
            <p>Nobody has said anything yet.</p>
          </div>
        )}
        <ol onKeyDown={moveAmongActs}>
          {shown.map((message, index) => {
            const before = shown[index - 1];
            const isNewDay = !before || !isSameDay(before.sentAt, message.sentAt);
            return (
              <>
                {isNewDay && (
                  <li class="day" key={`day ${message.key}`}>
                    {toDay(message.sentAt)}
                  </li>
                )}
                <MessageItem
                  key={message.key}
                  message={message}
                  room={room}
                  isOwn={message.participant.id === me?.id}
                  isHosts={event?.hosts?.includes(message.participant.id) ?? false}
                  isFirst={isNewDay || !isSameBreath(before, message)}
                  isPinned={message.seq !== undefined && event?.pinned?.seq === message.seq}
                  isStop={message.seq === lastSeq}
                  isQuotedShown={shownSeqs.has(message.replyTo?.seq)}
                  canModerate={can.moderate}
                  onReply={onReply}
                />
              </>
            );
          })}
        </ol>
      </div>
      {!isAtEnd && (
        <div style="position: relative">
          <button type="button" class="to-newest primary" onClick={toNewest}>
            {unread > 0 ? `${unread === 1 ? '1 new message' : `${unread} new messages`} ↓` : 'Newest ↓'}
          </button>
        </div>
      )}
    </>
  );
}

function isSameBreath(before: RoomMessage | undefined, message: RoomMessage): boolean {
  return (
    before?.participant.id === message.participant.id &&
    before.kind === message.kind &&
    before.participant.username === message.participant.username &&
    Date.parse(message.sentAt) - Date.parse(before.sentAt) < SAME_BREATH_MS
  );
}

/** How many of others came after the one that was read last. */
function countAfter(
  messages: readonly RoomMessage[],
  key: string | undefined,
  me: string | undefined,
): number {
  const at = messages.findLastIndex((message) => message.key === key);
  return messages.slice(at + 1).filter(({ participant }) => participant.id !== me).length;
}
