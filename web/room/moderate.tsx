import { useEffect, useRef, useState } from 'preact/hooks';
import type { Participant, Room, SentMessage } from '../../client/index.ts';
import { messageOf } from './message-of.ts';

/** What it is called, and for how many seconds they are banned: 0 is for good, none is not at all. */
const expulsions = [
  ['Remove, they may return', undefined],
  ['Ban for 10 minutes', 600],
  ['Ban for an hour', 3_600],
  ['Ban for a day', 86_400],
  ['Ban for good', 0],
] as const;

/** For how many seconds somebody is muted. */
const mutes = [
  ['for a minute', 60],
  ['for 10 minutes', 600],
  ['for an hour', 3_600],
  ['for a day', 86_400],
] as const;

/** What a moderator may do with somebody: a button that opens the choices. */
export function ModeratePerson({
  room,
  person,
}: {
  room: Room;
  person: Pick<Participant, 'id' | 'username'>;
}) {
  return <Choices label={`Moderate ${person.username}`} room={room} person={person} />;
}

/** The same for a message, which can also be deleted. */
export function ModerateMessage(props: Omit<ChoicesProps, 'label' | 'person'> & { message: SentMessage }) {
  const { participant } = props.message;
  return (
    <Choices label={`Moderate the message of ${participant.username}`} person={participant} {...props} />
  );
}

interface ChoicesProps {
  label: string;
  room: Room;
  person: Pick<Participant, 'id' | 'username'>;
  message?: SentMessage;
  isOwn?: boolean;
  isPinned?: boolean;
  tabIndex?: number;
}

function Choices(props: ChoicesProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class="bare"
        aria-label={props.label}
        aria-haspopup="dialog"
        tabIndex={props.tabIndex ?? 0}
        onClick={() => setOpen(true)}
      >
        <span aria-hidden="true">⋯</span>
      </button>
      {isOpen && <ChoicesDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function ChoicesDialog({
  label,
  room,
  person,
  message,
  isOwn,
  isPinned,
  onClose,
}: ChoicesProps & { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState('');
  const [error, setError] = useState('');
  const [mute, setMute] = useState(600);
  const { moderate } = room;
  useEffect(() => {
    dialog.current?.showModal();
    const root = dialog.current?.getRootNode() as Document | ShadowRoot | undefined;
    // The button that opened it is gone with the message that was deleted.
    return () => {
      const isLost = !root?.activeElement || root.activeElement === document.body;
      if (isLost) root?.querySelector<HTMLElement>('[role=log]')?.focus();
    };
  }, []);

  const act = (work: () => Promise<unknown>) => async () => {
    try {
      await work();
      dialog.current?.close();
    } catch (failure) {
      setError(messageOf(failure));
    }
  };
  const who = { participantId: person.id };
  const why = reason.trim() ? { reason: reason.trim() } : {};
  const expel = (seconds: number | undefined) =>
    seconds === undefined
      ? moderate.kick(who, why)
      : moderate.ban(who, { ...why, ...(seconds > 0 && { seconds }) });

  return (
    <dialog ref={dialog} aria-label={label} onClose={onClose}>
      <div class="form">
        <b>{person.username}</b>
        {message && (
          <>
            <button type="button" onClick={act(() => (isPinned ? moderate.unpin() : moderate.pin(message)))}>
              {isPinned ? 'Unpin this message' : 'Pin this message'}
            </button>
            <button type="button" class="danger" onClick={act(() => moderate.deleteMessage(message))}>
              Delete this message
            </button>
          </>
        )}
        {!isOwn && (
          <>
            <label>
              Reason, which they are told
              <input
                value={reason}
                maxLength={200}
                onInput={(input) => setReason(input.currentTarget.value)}
              />
            </label>
            <div class="together">
              <select
                aria-label="Mute for how long"
                value={String(mute)}
                onChange={(change) => setMute(Number(change.currentTarget.value))}
              >
                {mutes.map(([name, seconds]) => (
                  <option key={seconds} value={seconds}>
                    {name}
                  </option>
                ))}
              </select>
              <button type="button" onClick={act(() => moderate.mute(who, { ...why, seconds: mute }))}>
                Mute
              </button>
              <button type="button" onClick={act(() => moderate.unmute(who))}>
                Unmute
              </button>
            </div>
            {expulsions.map(([name, seconds]) => (
              <button type="button" key={name} class="danger" onClick={act(() => expel(seconds))}>
                {name}
              </button>
            ))}
          </>
        )}
        {error && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
        <button type="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
      </div>
    </dialog>
  );
}
