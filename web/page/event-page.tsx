import { useEffect, useState } from 'preact/hooks';
import { type Chat, ChatError, type Event, type Room } from '../../client/index.ts';
import { JoinForm } from '../room/join-form.tsx';
import { messageOf, reasonOf } from '../room/message-of.ts';
import { RoomView } from '../room/room-view.tsx';
import { useJoined } from '../room/use-joined.ts';
import { useSnapshot } from '../room/use-snapshot.ts';
import { RoomButtons } from './room-buttons.tsx';
import { ofBrowser, ofTab } from './stores.ts';

const NAME = 'name';
const RETRY_MS = 3_000;
/** Kept by those who only watch: nobody can be called that. */
const WATCHING = ' ';
const joinedKey = (eventId: string) => `joined ${eventId}`;

export interface EventPageProps {
  chat: Chat;
  eventId: string;
  /** Whether a token says the name. */
  isNamed: boolean;
  /** Whether one has to sign in first. */
  mustSignIn: boolean;
  canWatch: boolean;
  /** Whether anybody may change an event: on the local stack, without an issuer. */
  isOpen: boolean;
}

/** An event: the question for a name, then the room. Whoever loads the page again is in it at once. */
export function EventPage({ chat, eventId, isNamed, mustSignIn, canWatch, isOpen }: EventPageProps) {
  const [event, setEvent] = useState<Event>();
  const [error, setError] = useState<string>();
  const [username, setUsername] = useState(() => ofTab.getItem(joinedKey(eventId)));
  const [hasJoined, setJoined] = useState(false);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const load = () =>
      chat.events.get(eventId).then(setEvent, (failure) => {
        setError(messageOf(failure));
        const isLasting = failure instanceof ChatError && failure.code === 'EVENT_NOT_FOUND';
        if (!isLasting) timer = setTimeout(load, RETRY_MS);
      });
    load();
    return () => clearTimeout(timer);
  }, [chat, eventId]);

  // Where nobody can join any more, everybody may read.
  const name = username ?? (event?.status === 'ended' ? WATCHING : null);
  const joining = isNamed ? {} : { username: name ?? '' };
  const isWatching = name === WATCHING && canWatch;
  const room = useJoined(
    chat,
    eventId,
    isWatching ? 'watch' : name === null || mustSignIn ? undefined : joining,
  );

  useEffect(() => {
    document.title = event ? `${event.name} · Live event chat` : 'Live event chat';
  }, [event]);

  function enter(name: string) {
    setError(undefined);
    ofTab.setItem(joinedKey(eventId), name);
    setUsername(name);
  }

  function join(name: string) {
    if (!isNamed) ofBrowser.setItem(NAME, name);
    setJoined(true);
    enter(name);
  }

  function forget(reason?: string) {
    setError(reason);
    ofTab.removeItem(joinedKey(eventId));
    setUsername(null);
  }

  if (room) return <Entered {...{ room, chat, isOpen, hasJoined }} onLeave={forget} />;
  if (!event) return <Plain title={error ? 'This event cannot be shown' : 'Loading…'} text={error} />;
  const watch = () => enter(WATCHING);
  if (mustSignIn)
    return <Plain title={event.name} text="Sign in to join." onWatch={canWatch ? watch : undefined} />;
  return (
    <JoinForm
      key={error}
      title={<h1>{event.name}</h1>}
      description={event.description}
      name={ofBrowser.getItem(NAME) ?? ''}
      isNamed={isNamed}
      error={error}
      onJoin={join}
      onWatch={watch}
    />
  );
}

interface PlainProps {
  title: string;
  text?: string | undefined;
  onWatch?: (() => void) | undefined;
}

function Plain({ title, text, onWatch }: PlainProps) {
  return (
    <div class="join form">
      <h1>{title}</h1>
      {text && <p role="alert">{text}</p>}
      {onWatch && (
        <button type="button" onClick={onWatch}>
          Watch only
        </button>
      )}
      <a href="#/">All events</a>
    </div>
  );
}

interface EnteredProps {
  room: Room;
  chat: Chat;
  isOpen: boolean;
  hasJoined: boolean;
  onLeave: (reason?: string) => void;
}

function Entered({ room, chat, isOpen, hasJoined, onLeave }: EnteredProps) {
  const { status, error, event, me, can } = useSnapshot(room);
  const isRefused = status === 'refused';
  // What was wrong with the name, for example, is said where it can be changed.
  useEffect(() => {
    if (isRefused && error) onLeave(reasonOf(error));
  }, [isRefused]);
  return (
    <RoomView
      room={room}
      heading="h1"
      hasJoined={hasJoined}
      events={can.operate || isOpen ? chat.events : undefined}
      watching={
        <p class="watching">
          You are watching.
          <button type="button" class="primary" onClick={() => onLeave()}>
            Take part
          </button>
        </p>
      }
    >
      <RoomButtons {...{ room, chat, event, me, isOpen, status }} onLeave={() => onLeave()} />
    </RoomView>
  );
}
