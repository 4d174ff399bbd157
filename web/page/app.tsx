import { useEffect, useMemo, useState } from 'preact/hooks';
import { createChat } from '../../client/index.ts';
import { type Config, isLocal } from './config.ts';
import { EventList } from './event-list.tsx';
import { EventPage } from './event-page.tsx';
import { Frames, seeFrame } from './frames.tsx';
import { keptPerson } from './person.ts';
import { useRoute } from './route.ts';
import { SignIn } from './sign-in.tsx';
import { ofBrowser } from './stores.ts';
import { ThemeButton } from './theme.tsx';

/** The page as a whole. */
export function App({ config }: { config: Config }) {
  const [person, setPerson] = useState(() => keptPerson(config));
  const [hasFrames, setFrames] = useState(false);
  const eventId = useRoute();

  const chat = useMemo(
    () => createChat({ url: location.origin, token: person?.token, storage: ofBrowser, onFrame: seeFrame }),
    [person],
  );
  useEffect(() => () => void chat.close(), [chat]);

  const isOpen = isLocal && !config.issuer;
  return (
    <div class="page">
      <header class="bar">
        <a class="brand" href="#/">
          <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">
            <path
              fill="currentColor"
              d="M6 4h20a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4H14l-7 5.5V24H6a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4Z"
            />
          </svg>
          Live event chat
        </a>
        <SignIn config={config} person={person} onChange={() => setPerson(keptPerson(config))} />
        <button type="button" class="bare" aria-expanded={hasFrames} onClick={() => setFrames(!hasFrames)}>
          Frames
        </button>
        <ThemeButton />
      </header>
      <div class="content">
        <main>
          {eventId === undefined ? (
            <EventList chat={chat} isOpen={isOpen} canCreate={isOpen || person?.isOperator === true} />
          ) : (
            <EventPage
              key={eventId}
              chat={chat}
              eventId={eventId}
              isNamed={person !== undefined}
              mustSignIn={config.issuer !== undefined && !person}
              canWatch={config.issuer?.viewers !== 'token' || person !== undefined}
              isOpen={isOpen}
            />
          )}
        </main>
        {hasFrames && <Frames onClose={() => setFrames(false)} />}
      </div>
    </div>
  );
}
