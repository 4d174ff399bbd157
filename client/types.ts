import type {
  AuditRecord,
  Author,
  Ban,
  Event,
  Message,
  Metadata,
  Mute,
  Participant,
} from '../shared/protocol/entities.ts';
import type { ErrorData } from '../shared/protocol/errors.ts';
import type { Rights } from '../shared/protocol/replies.ts';
import type { Events } from './events.ts';

export type {
  AuditRecord,
  Author,
  Ban,
  ErrorData,
  Event,
  Events,
  Message,
  Metadata,
  Mute,
  Participant,
  Rights,
};

export interface ChatOptions {
  /** The stage address (`wss://…/prod`), or the origin that serves it (`https://chat.example.com`). */
  url: string;
  /** The events of the HTTP API; by default `/api/events` at the origin of `url`. */
  eventsUrl?: string | undefined;
  /** A JWT of the issuer, or what gets one: asked before each connection and each HTTP request, so that it may be fresh. */
  token?: string | (() => string | Promise<string>) | undefined;
  /** Where a guest's identity is kept: `localStorage` by default, memory where there is none. */
  storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined;
  /** Both by default the global ones. */
  WebSocket?: typeof WebSocket | undefined;
  fetch?: typeof fetch | undefined;
  /** Sees every frame of every room, parsed; for inspectors and logs. */
  onFrame?: ((frame: Frame) => void) | undefined;
}

export interface Frame {
  direction: 'in' | 'out';
  eventId: string;
  /** What was or will be JSON. Tokens are in it. */
  content: unknown;
}

export interface JoinOptions {
  /** Required for guests; with a token the issuer says the name. */
  username?: string | undefined;
  /** What others see with the name; with a token the issuer says it. */
  metadata?: Metadata | undefined;
}

/** - `connecting`: has never been in the event; `reconnecting`: has, and will be again. The rest are final. */
export type RoomStatus =
  | 'connecting'
  | 'live'
  | 'reconnecting'
  | 'ended'
  | 'kicked'
  | 'banned'
  | 'left'
  | 'refused';

/** A message of the log. */
export interface SentMessage extends Message {
  state: 'sent';
  /** The same from the first moment on, whatever the state: what a list is keyed by. */
  key: string;
}

/** An own message that is not in the log, or not known to be. */
export interface OwnMessage {
  state: 'sending' | 'failed';
  key: string;
  seq?: undefined;
  clientMessageId: string;
  kind?: undefined;
  participant: Author;
  text: string;
  metadata?: Metadata | undefined;
  replyTo?: Message['replyTo'];
  /** By this machine's clock. */
  sentAt: string;
  /** Why it failed. */
  error?: ErrorData;
}

export interface SendOptions {
  /** The `seq` of the message that this one answers. */
  replyTo?: number | undefined;
  /** What your front end adds to it. */
  metadata?: Metadata | undefined;
}

export type RoomMessage = SentMessage | OwnMessage;

/** Immutable: another object whenever anything has changed, the same one otherwise. */
export interface RoomSnapshot {
  status: RoomStatus;
  event?: Event | undefined;
  /** Who joined, as the event knows them. */
  me?: Participant | undefined;
  can: Rights;
  /** Those of the log by `seq`, without deleted ones, then own ones in the order of sending. */
  messages: readonly RoomMessage[];
  /** Those whose names are known: all of them in events of up to 100. */
  participants: readonly Participant[];
  participantCount: number;
  /** Those who only watch. */
  viewerCount: number;
  /** How often each reaction was used in the event. */
  reactions: Readonly<Record<string, number>>;
  /** Until then we may only read; by this machine's clock. */
  mutedUntil?: string | undefined;
  /** Others who are typing. */
  typing: readonly Participant[];
  /** Whether `loadOlder` will find more. */
  hasOlder: boolean;
  /** Why the room is not live, or why the last attempt failed. */
  error?: ErrorData | undefined;
}

/** How a room has ended for this client. */
export interface Closed {
  status: 'ended' | 'kicked' | 'banned' | 'left' | 'refused';
  /** What the host wrote, or why the server refused. */
  reason?: string | undefined;
  /** The end of a ban. */
  expiresAt?: string | undefined;
}

/** The participant, or a message of theirs. */
export type Person = { participantId: string } | { subject: string };

export interface Room {
  readonly eventId: string;
  readonly snapshot: RoomSnapshot;
  /** Calls the listener after each change. Works without `this`. */
  subscribe(listener: () => void): () => void;
  /** Shows it at once, and resolves with the message once it is stored. Rejects with a `ChatError` if it is refused. */
  send(text: string, options?: SendOptions): Promise<Message>;
  /** Sends a failed message again, under the same `clientMessageId`. */
  retry(message: Pick<OwnMessage, 'clientMessageId'>): Promise<Message>;
  /** Removes a failed message. */
  discard(message: Pick<OwnMessage, 'clientMessageId'>): void;
  /** Adds a page of older messages to the snapshot. */
  loadOlder(): Promise<void>;
  /** To be called at each key press: tells the others at most every few seconds, and when it stops. */
  type(): void;
  /** Counts a tap. What is tapped within a second goes as one request, of at most ten. */
  react(reaction: string): void;
  leave(): Promise<void>;
  /** Resolves when the room is no more: never rejects. */
  readonly closed: Promise<Closed>;
  readonly moderate: Moderation;
}

/** What hosts, moderators and operators may do. Each rejects with a `ChatError`. */
export interface Moderation {
  deleteMessage(message: { seq: number }): Promise<void>;
  kick(person: Person, options?: { reason?: string }): Promise<void>;
  ban(person: Person, options?: { reason?: string; seconds?: number }): Promise<Ban>;
  unban(person: Person): Promise<void>;
  /** They may read, and not write, for 10 to 86,400 seconds. */
  mute(person: Person, options: { seconds: number; reason?: string }): Promise<void>;
  unmute(person: Person): Promise<void>;
  /** Shows a message to everybody, first and always. */
  pin(message: { seq: number }): Promise<Event>;
  unpin(): Promise<Event>;
  /** Sends a message of the kind `announcement`, and pins it if you like. */
  announce(text: string, options?: { pin?: boolean }): Promise<Message>;
  /** The rules of the event. */
  update(rules: { paused?: boolean; slowModeSeconds?: number; reactions?: string[] }): Promise<Event>;
  pause(): Promise<Event>;
  resume(): Promise<Event>;
  slowMode(seconds: number): Promise<Event>;
  end(): Promise<Event>;
  /** Over HTTP, newest first. */
  bans(): Promise<Ban[]>;
  mutes(): Promise<Mute[]>;
  audit(): Promise<AuditRecord[]>;
}

export interface Chat {
  /** The same room for the same event, until it is left: safe to call at each render. */
  join(eventId: string, options?: JoinOptions): Room;
  /** The same without taking part: needs no name, is not among the participants, cannot send. `join` makes it one of them. */
  watch(eventId: string): Room;
  readonly events: Events;
  /** Leaves all rooms. */
  close(): Promise<void>;
}
