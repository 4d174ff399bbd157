import { useEffect, useRef, useState } from 'preact/hooks';
import type { Room, RoomSnapshot, SentMessage } from '../../client/index.ts';
import { Emoji } from './emoji.tsx';
import { useTimeLeft } from './use-time-left.ts';

const MAX_LENGTH = 2_000;

export interface ComposerProps {
  room: Room;
  snapshot: RoomSnapshot;
  /** The message to answer. */
  replyTo: SentMessage | undefined;
  /** It is answered, or not to be. */
  onReplied: () => void;
  /** Whether one may write at once. */
  isFocused: boolean;
}

/** Where one writes. Enter sends, Shift+Enter starts a new line. */
export function Composer({ room, snapshot, replyTo, onReplied, isFocused }: ComposerProps) {
  const [text, setText] = useState('');
  const [isPicking, setPicking] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const { can, event, messages, mutedUntil } = snapshot;
  const left = useTimeLeft(mutedUntil);
  const isClosed = !can.send;
  const isBlank = text.trim() === '';
  // It may have been deleted.
  const answered = messages.find(({ seq }) => seq !== undefined && seq === replyTo?.seq);
  useEffect(() => {
    if (replyTo) field.current?.focus();
  }, [replyTo]);
  useEffect(() => {
    if (isFocused) field.current?.focus();
  }, []);

  function send() {
    if (isBlank || isClosed) return;
    setText('');
    setPicking(false);
    // The message says itself that it was not sent.
    room.send(text, { replyTo: answered?.seq }).catch(() => {});
    onReplied();
    field.current?.focus();
  }

  function insert(emoji: string) {
    const { selectionStart = text.length, selectionEnd = text.length } = field.current ?? {};
    const next = text.slice(0, selectionStart) + emoji + text.slice(selectionEnd);
    if (next.length > MAX_LENGTH) return;
    setText(next);
    field.current?.focus();
    requestAnimationFrame(() =>
      field.current?.setSelectionRange(selectionStart + emoji.length, selectionStart + emoji.length),
    );
  }

  return (
    <form
      class="composer"
      part="composer"
      onKeyDown={(key) => {
        if (key.key !== 'Escape') return;
        setPicking(false);
        onReplied();
      }}
      onSubmit={(submit) => {
        submit.preventDefault();
        send();
      }}
    >
      {answered && (
        <div class="answered">
          <span dir="auto">
            Reply to <b>{answered.participant.username}</b>: {answered.text}
          </span>
          <button type="button" class="bare" aria-label="Do not reply" onClick={onReplied}>
            <span aria-hidden="true">✕</span>
          </button>
        </div>
      )}
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label="Message"
        placeholder={
          left ? `Muted: ${left} left` : isClosed && event?.paused ? 'The event is paused' : 'Message'
        }
        maxLength={MAX_LENGTH}
        disabled={isClosed}
        value={text}
        onInput={(input) => {
          setText(input.currentTarget.value);
          if (input.currentTarget.value.trim()) room.type();
        }}
        onKeyDown={(key) => {
          // An Enter that chooses a word of an input method is not one that sends.
          if (key.key !== 'Enter' || key.shiftKey || key.isComposing) return;
          key.preventDefault();
          send();
        }}
      />
      <button
        type="button"
        class="bare"
        aria-label="Emoji"
        aria-expanded={isPicking}
        disabled={isClosed}
        onClick={() => setPicking(!isPicking)}
      >
        <span aria-hidden="true">🙂</span>
      </button>
      <button type="submit" class="primary" disabled={isBlank || isClosed}>
        Send
      </button>
      {text.length > MAX_LENGTH - 200 && <div class="left-over quiet">{MAX_LENGTH - text.length} left</div>}
      {isPicking && <Emoji onPick={insert} />}
    </form>
  );
}
