import { useRef, useState } from 'preact/hooks';
import type { Room, RoomSnapshot } from '../../client/index.ts';
import { Emoji } from './emoji.tsx';

const MAX_LENGTH = 2_000;

/** Where one writes. Enter sends, Shift+Enter starts a new line. */
export function Composer({ room, snapshot }: { room: Room; snapshot: RoomSnapshot }) {
  const [text, setText] = useState('');
  const [isPicking, setPicking] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const isPaused = snapshot.event?.paused === true && !snapshot.can.moderate;
  const isBlank = text.trim() === '';

  function send() {
    if (isBlank || isPaused) return;
    setText('');
    setPicking(false);
    // The message says itself that it was not sent.
    room.send(text).catch(() => {});
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
        if (key.key === 'Escape') setPicking(false);
      }}
      onSubmit={(submit) => {
        submit.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label="Message"
        placeholder={isPaused ? 'The event is paused' : 'Message'}
        maxLength={MAX_LENGTH}
        disabled={isPaused}
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
        disabled={isPaused}
        onClick={() => setPicking(!isPicking)}
      >
        <span aria-hidden="true">🙂</span>
      </button>
      <button type="submit" class="primary" disabled={isBlank || isPaused}>
        Send
      </button>
      {text.length > MAX_LENGTH - 200 && <div class="left-over quiet">{MAX_LENGTH - text.length} left</div>}
      {isPicking && <Emoji onPick={insert} />}
    </form>
  );
}
