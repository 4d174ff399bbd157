import { render } from 'preact';
import { useState } from 'preact/hooks';
import { type Chat, type ChatOptions, createChat, type Room } from '../../client/index.ts';
import { JoinForm } from '../room/join-form.tsx';
import { reasonOf } from '../room/message-of.ts';
import { RoomView } from '../room/room-view.tsx';
import { useJoined } from '../room/use-joined.ts';
import { useSnapshot } from '../room/use-snapshot.ts';

/** The style sheet; the build puts it here. */
declare const EMBED_STYLE: string;

/**
 * `<live-event-chat src="https://chat.example.com" event="…" username="…" theme="dark" readonly>`: an event in a page of any
 * origin. `src` is where the script came from unless told; without a `username` it asks for one, but to watch (`readonly`).
 * Where there is an issuer, set the property `token` to a token, or to a function that gets one.
 */
export class LiveEventChat extends HTMLElement {
  static readonly observedAttributes = ['src', 'event', 'username', 'readonly'];

  #token: ChatOptions['token'];
  #chat: { chat: Chat; src: string } | undefined;
  readonly #shadow = this.attachShadow({ mode: 'open' });

  constructor() {
    super();
    const style = new CSSStyleSheet();
    style.replaceSync(EMBED_STYLE);
    this.#shadow.adoptedStyleSheets = [style];
  }

  get token(): ChatOptions['token'] {
    return this.#token;
  }

  set token(token: ChatOptions['token']) {
    this.#token = token;
    this.#forget();
    this.#render();
  }

  connectedCallback(): void {
    this.#render();
  }

  disconnectedCallback(): void {
    render(null, this.#shadow);
    this.#forget();
  }

  attributeChangedCallback(): void {
    this.#render();
  }

  #forget(): void {
    this.#chat?.chat.close();
    this.#chat = undefined;
  }

  #render(): void {
    if (!this.isConnected) return;
    const src = this.getAttribute('src') ?? new URL(import.meta.url).origin;
    if (this.#chat?.src !== src) {
      this.#forget();
      this.#chat = { src, chat: createChat({ url: src, token: this.#token }) };
    }
    const eventId = this.getAttribute('event');
    const username = this.getAttribute('username') ?? undefined;
    render(
      eventId ? (
        <Embedded
          key={eventId}
          chat={this.#chat.chat}
          eventId={eventId}
          username={username}
          isNamed={this.#token !== undefined}
          isReadOnly={this.hasAttribute('readonly')}
        />
      ) : (
        <p class="error">The attribute “event” is missing.</p>
      ),
      this.#shadow,
    );
  }
}

interface EmbeddedProps {
  chat: Chat;
  eventId: string;
  username: string | undefined;
  isNamed: boolean;
  isReadOnly: boolean;
}

function Embedded({ chat, eventId, username: given, isNamed, isReadOnly }: EmbeddedProps) {
  const [chosen, setChosen] = useState<string>();
  const username = given ?? chosen;
  const joining = isNamed ? {} : username === undefined ? undefined : { username };
  const room = useJoined(chat, eventId, isReadOnly ? 'watch' : joining);

  if (room) return <Entered room={room} />;
  return (
    <div class="shell">
      <JoinForm title={<h2>Join the chat</h2>} isNamed={isNamed} onJoin={setChosen} />
    </div>
  );
}

function Entered({ room }: { room: Room }) {
  const { status, error } = useSnapshot(room);
  if (status === 'refused' && error) {
    return (
      <div class="shell">
        <p class="join error" role="alert">
          {reasonOf(error)}
        </p>
      </div>
    );
  }
  return (
    <div class="shell" data-status={status}>
      <RoomView room={room} />
    </div>
  );
}

if (!customElements.get('live-event-chat')) customElements.define('live-event-chat', LiveEventChat);

declare global {
  interface HTMLElementTagNameMap {
    'live-event-chat': LiveEventChat;
  }
}
