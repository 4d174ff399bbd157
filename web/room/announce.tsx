import { useState } from 'preact/hooks';

/** `onAnnounce` resolves to false when that has failed. */
export function Announce({ onAnnounce }: { onAnnounce: (text: string, pin: boolean) => Promise<boolean> }) {
  const [text, setText] = useState('');
  const [pin, setPin] = useState(false);
  return (
    <form
      class="form"
      onSubmit={async (submit) => {
        submit.preventDefault();
        if (await onAnnounce(text, pin)) setText('');
      }}
    >
      <label>
        Announcement
        <textarea
          rows={2}
          maxLength={2_000}
          value={text}
          onInput={(input) => setText(input.currentTarget.value)}
        />
      </label>
      <div class="together">
        <label class="check">
          <input type="checkbox" checked={pin} onChange={() => setPin(!pin)} />
          Pin it
        </label>
        <button type="submit" disabled={text.trim() === ''}>
          Announce
        </button>
      </div>
    </form>
  );
}
