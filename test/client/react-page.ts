import { createChat, type Frame } from 'live-event-chat/client';
import { ChatProvider, useRoom } from 'live-event-chat/react';
import { createElement, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

/** A front end as somebody would write it, in React's strict mode; a test looks at it and at the frames. */

const { url, eventId } = Object.fromEntries(new URLSearchParams(location.search)) as Record<string, string>;
const frames: Frame[] = [];
const chat = createChat({ url: `${url}`, onFrame: (frame) => frames.push(frame) });

function Room({ username }: { username: string }) {
  const { status, messages, participants, send, type } = useRoom(`${eventId}`, { username });
  const [text, setText] = useState('');
  return createElement(
    'form',
    {
      onSubmit(event: Event) {
        event.preventDefault();
        void send(text);
        setText('');
      },
    },
    createElement('p', { id: 'status' }, status),
    createElement('p', { id: 'people' }, participants.map((one) => one.username).join()),
    createElement(
      'ol',
      {},
      messages.map((one) => createElement('li', { key: one.key }, `${one.text} (${one.state})`)),
    ),
    createElement('input', {
      value: text,
      onChange(event: { target: HTMLInputElement }) {
        setText(event.target.value);
        type();
      },
    }),
  );
}

/** A second component in the same room. */
function Count() {
  const { participantCount } = useRoom(`${eventId}`);
  return createElement('p', { id: 'count' }, participantCount);
}

function Page() {
  const [username, setUsername] = useState('ana');
  const [isShown, setShown] = useState(true);
  Object.assign(globalThis, { frames, setUsername, setShown });
  const room = isShown && [
    createElement(Room, { key: 'room', username }),
    createElement(Count, { key: 'count' }),
  ];
  return createElement(ChatProvider, { chat }, room);
}

createRoot(document.body).render(createElement(StrictMode, {}, createElement(Page)));
