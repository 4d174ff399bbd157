import { limits } from '../../protocol/limits.ts';
import type { Place } from '../../protocol/offset.ts';
import type { Wire } from '../../protocol/wire.ts';
import { pack } from './frames.ts';
import { type Listener, type Stretch, tell } from './tell.ts';

/** A stretch as some hear it: the frames, and where each takes them. */
export interface Version {
  frames: readonly string[];
  reached: readonly Place[];
}

/**
 * Makes the version of a listener. Most are at the same place and nobody talks of them: all of one wire share one object,
 * encoded once.
 */
export function composer(stretch: Stretch): (listener: Listener & { wire: Wire }, from: Place) => Version {
  const made = new Map<string, Version>();
  const mentionedAfter = new Map<number, Set<string>>();
  function isMentioned(id: string, { presence }: Place): boolean {
    const mentioned = mentionedAfter.get(presence) ?? mentionedIn(stretch, presence);
    mentionedAfter.set(presence, mentioned);
    return mentioned.has(id);
  }
  return (listener, from) => {
    const self = isMentioned(listener.participant.id, from) ? listener.connectionId : '';
    const key = `${listener.wire} ${from.seq} ${from.presence} ${self}`;
    const version = made.get(key) ?? compose(stretch, listener, from);
    made.set(key, version);
    return version;
  };
}

function compose(stretch: Stretch, listener: Listener & { wire: Wire }, from: Place): Version {
  const frames = pack(listener.wire, tell(stretch, from, listener));
  return {
    frames: frames.map(({ text }) => text),
    reached: frames.map(({ offset: { seq, presence } = { ...from } }) => ({ seq, presence })),
  };
}

/** The participants that are told of after a presence record, by name. A summary names few. */
function mentionedIn({ history }: Stretch, presence: number): Set<string> {
  const ids = new Set<string>();
  for (const { number, changes, summarize } of history) {
    if (number <= presence) continue;
    const named = summarize ? limits.namesInSummary : Number.POSITIVE_INFINITY;
    for (const { id } of changes.joined.slice(0, named)) ids.add(id);
    for (const { id } of changes.left) ids.add(id);
    for (const { is } of changes.renamed) ids.add(is.id);
  }
  return ids;
}
