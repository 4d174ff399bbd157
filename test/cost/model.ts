import { limits } from '../../shared/protocol/limits.ts';
import type { ServerEvent } from '../../shared/protocol/server-to-client.ts';
import { isUnbatched, type Wire } from '../../shared/protocol/wire.ts';
import { chatSettings } from '../../shared/settings.ts';
import { actions, ENTRY_BYTES, MEMBER_BYTES } from './actions.ts';
import { bytesOn, joinedEvent, messageEvent, PARTICIPANT_BYTES, reactionsEvent } from './sizes.ts';
import { nothing, sum, times, type Usage } from './usage.ts';

/** What happens in an event, and the windows that tell it. */
export interface Happenings {
  joins: { json: number; socketio: number };
  leaves: { json: number; socketio: number };
  sends: number;
  /** With a `clientMessageId`. */
  haveIds: boolean;
  reactions: number;
  typing: number;
  windows: number;
  /** Those of them that tell who came and left, and how often names are told: in large audiences not everybody's. */
  presenceWindows: number;
  named: number;
  /** Those that tell reactions. */
  reactionsWindows: number;
  /** Connections that hear all of this, by wire. */
  audience: Audience;
  textLength: number;
  /** Messages in the history of whoever joins, on average. */
  history: number;
}

export type Audience = Partial<Record<Wire, number>>;

const { chunkConnections } = chatSettings.parse({});
/** A read unit, bytes. */
const READ_BYTES = 4_096;
/** Members that a joiner's roster is made from. */
const ROSTER = 200;

/** What all of this uses. */
export function usageOf(happenings: Happenings): Usage {
  const { joins, leaves, sends, reactions, typing, windows, presenceWindows, reactionsWindows } = happenings;
  const { named, audience, textLength, haveIds, history } = happenings;
  const message = messageEvent(textLength, haveIds);
  const connections = byWire(audience).reduce((total, [, count]) => total + count, 0);
  const joined = {
    ...nothing,
    readUnits: readOf(Math.min(connections, ROSTER) * MEMBER_BYTES),
    bytesOut:
      Math.min(connections + 1, limits.participantsInHistory) * PARTICIPANT_BYTES +
      history * bytesOn('json', message).each,
  };
  const arrivals = joins.json + joins.socketio;
  return sum(
    times(joins.json, actions.joinOnJson),
    times(joins.socketio, actions.joinOnSocketio),
    times(arrivals, joined),
    times(leaves.json, actions.leaveOnJson),
    times(leaves.socketio, actions.leaveOnSocketio),
    times(arrivals + leaves.json + leaves.socketio, actions.announced),
    times(sends, actions.send),
    // The acknowledgement has the message.
    times(sends, { ...nothing, bytesOut: bytesOn('json', message).each }),
    times(haveIds ? sends : 0, actions.idOfSend),
    times(reactions, actions.react),
    times(typing, actions.typing),
    times(windows, windowOf(connections, (sends / Math.max(1, windows)) * (ENTRY_BYTES + textLength))),
    times(presenceWindows, actions.presenceWindow),
    times(reactionsWindows, actions.reactionsWindow),
    framesOf(audience, windows),
    told(audience, sends, message),
    told(audience, named, joinedEvent),
    told(audience, reactionsWindows, reactionsEvent),
  );
}

/** A window that reads so many bytes of the log; each chunk is an invocation, and takes its frames from the quota. */
function windowOf(connections: number, logBytes: number): Usage {
  const chunks = Math.max(1, Math.ceil(connections / chunkConnections));
  const read = readOf(connections * MEMBER_BYTES) + readOf(logBytes);
  return sum(actions.window, { ...nothing, invocations: chunks, readUnits: read, writeUnits: chunks });
}

const readOf = (bytes: number) => Math.max(1, Math.ceil(bytes / READ_BYTES));

/** One frame for each window and connection, but for those whose events come alone. */
function framesOf(audience: Audience, windows: number): Usage {
  const frames = byWire(audience).map(([wire, connections]) =>
    isUnbatched(wire)
      ? nothing
      : times(windows * connections, {
          ...nothing,
          framesOut: 1,
          bytesOut: bytesOn(wire, joinedEvent).frame,
        }),
  );
  return sum(...frames);
}

/** What so many events of a kind add to the frames of an audience, or are as frames of their own. */
function told(audience: Audience, count: number, event: ServerEvent): Usage {
  const all = byWire(audience).map(([wire, connections]) => {
    const { each, frame } = bytesOn(wire, event);
    const isAlone = isUnbatched(wire);
    return times(count * connections, {
      ...nothing,
      framesOut: isAlone ? 1 : 0,
      bytesOut: each + (isAlone ? frame : 0),
    });
  });
  return sum(...all);
}

const byWire = (audience: Audience) => Object.entries(audience) as [Wire, number][];
