import { useRef, useState } from 'preact/hooks';
import type { Chat } from '../../client/index.ts';
import { messageOf } from '../room/message-of.ts';
import { pathOf } from './route.ts';

/** A button, and behind it what an event needs. */
export function NewEvent({ chat }: { chat: Chat }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState('');

  async function create(form: HTMLFormElement) {
    const entries = new FormData(form);
    const name = String(entries.get('name')).trim();
    const description = String(entries.get('description')).trim();
    try {
      const event = await chat.events.create({ name, ...(description && { description }) });
      location.hash = pathOf(event.id);
    } catch (failure) {
      setError(messageOf(failure));
    }
  }

  return (
    <>
      <button type="button" class="primary" onClick={() => dialog.current?.showModal()}>
        New event
      </button>
      <dialog ref={dialog} aria-label="New event">
        <form
          class="form"
          onSubmit={(submit) => {
            submit.preventDefault();
            create(submit.currentTarget);
          }}
        >
          <label>
            Name
            <input name="name" required maxLength={100} />
          </label>
          <label>
            Description
            <textarea name="description" rows={3} maxLength={1_000} />
          </label>
          {error && (
            <p class="error" role="alert">
              {error}
            </p>
          )}
          <div class="row">
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button type="submit" class="primary">
              Create
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
