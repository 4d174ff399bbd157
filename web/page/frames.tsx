import { useEffect, useRef, useState } from 'preact/hooks';
import type { Frame } from '../../client/index.ts';
import { useRender } from '../room/use-snapshot.ts';

const KEPT = 300;

interface SeenFrame extends Frame {
  number: number;
  at: string;
  /** Of its JSON, in characters. */
  size: number;
}

let seen: readonly SeenFrame[] = [];
let count = 0;
const listeners = new Set<() => void>();

/** Keeps a frame for the inspector. */
export function seeFrame(frame: Frame): void {
  count += 1;
  const size = JSON.stringify(frame.content)?.length ?? 0;
  seen = [...seen.slice(1 - KEPT), { ...frame, number: count, at: new Date().toISOString(), size }];
  for (const listener of listeners) listener();
}

const clear = () => {
  seen = [];
  for (const listener of listeners) listener();
};

/** What goes over the wire, as it goes. */
export function Frames({ onClose }: { onClose: () => void }) {
  const render = useRender();
  const list = useRef<HTMLOListElement>(null);
  const isFollowing = useRef(true);
  useEffect(() => {
    listeners.add(render);
    return () => {
      listeners.delete(render);
    };
  }, []);
  useEffect(() => {
    if (isFollowing.current && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [seen]);

  return (
    <aside class="frames" aria-label="Frames">
      <header>
        <h2>Frames on the wire</h2>
        <button type="button" class="bare" onClick={clear}>
          Clear
        </button>
        <button type="button" class="bare" aria-label="Close the frames" onClick={onClose}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      {seen.length === 0 && (
        <p class="hint quiet">
          What this page sends (→) and gets (←) appears here. Join an event and say something.
        </p>
      )}
      <ol
        ref={list}
        tabIndex={0}
        aria-label="Frames, oldest first"
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          isFollowing.current = scrollHeight - scrollTop - clientHeight < 40;
        }}
      >
        {seen.map((frame) => (
          <FrameItem key={frame.number} frame={frame} />
        ))}
      </ol>
    </aside>
  );
}

function FrameItem({ frame }: { frame: SeenFrame }) {
  // What nobody looks at is not written out: there may be hundreds.
  const [isOpen, setOpen] = useState(false);
  return (
    <li class={frame.direction}>
      <details onToggle={(toggle) => setOpen(toggle.currentTarget.open)}>
        <summary>
          <span class="arrow" role="img" aria-label={frame.direction === 'in' ? 'received' : 'sent'}>
            {frame.direction === 'in' ? '←' : '→'}
          </span>
          <span class="name">{nameOf(frame.content)}</span>
          <span class="quiet">
            {frame.size} · {frame.at.slice(11, 23)}
          </span>
        </summary>
        {isOpen && <pre>{JSON.stringify(frame.content, withoutSecrets, 2)}</pre>}
      </details>
    </li>
  );
}

/** The action or event; of an array, each kind once. */
function nameOf(content: unknown): string {
  if (Array.isArray(content)) return `[${[...new Set(content.map(nameOf))].join(', ')}]`;
  const { action, event, id } = (content ?? {}) as { action?: string; event?: string; id?: unknown };
  return `${action ?? event ?? '?'}${id === undefined ? '' : ` ${id}`}`;
}

/** The secret of a guest stays out of screenshots. */
const withoutSecrets = (key: string, value: unknown) => (key === 'participantToken' ? '…' : value);
