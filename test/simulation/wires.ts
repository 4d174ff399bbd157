import type { ErrorData } from '../../shared/protocol/errors.ts';
import type { ServerEvent } from '../../shared/protocol/server-to-client.ts';
import { PING } from '../../shared/protocol/socketio.ts';

/** What a server's frame is to a client. */
export type Heard =
  | { kind: 'event'; event: ServerEvent }
  | { kind: 'answer'; id: number; data?: object; error?: ErrorData }
  /** It may ask now. `recovered`: it is where it was. */
  | { kind: 'ready'; recovered: boolean }
  /** The connection is of no use: hang up, and come back unless `forGood`. */
  | { kind: 'end'; forGood: boolean };

/** How a client speaks; it remembers what its library does from one connection to the next. */
export interface ClientWire {
  readonly query: Record<string, string>;
  /** Whether it can ask as soon as the handshake is done. */
  readonly isReadyAtOnce: boolean;
  request(id: number, action: string, data: object): string;
  hear(text: string, send: (text: string) => void): Heard[];
}

export const jsonWire = (): ClientWire => ({
  query: {},
  isReadyAtOnce: true,
  request: (id, action, data) => JSON.stringify({ action, id, data }),
  hear: (text) =>
    [JSON.parse(text)].flat().flatMap((frame): Heard[] => {
      // API Gateway's own.
      if (frame.event === undefined) return [];
      if (frame.id === undefined) return [{ kind: 'event', event: frame }];
      const { id, data } = frame;
      return [frame.event === 'ack' ? { kind: 'answer', id, data } : { kind: 'answer', id, error: data }];
    }),
});

/** What `socket.io-client` does of its own. */
export function socketIoWire({
  isBatched,
  participantToken,
}: {
  isBatched: boolean;
  participantToken?: string;
}): ClientWire {
  let pid: string | undefined;
  let offset: string | undefined;

  function connected(data: { pid?: string }): Heard {
    const recovered = pid !== undefined && data.pid === pid;
    pid = data.pid;
    return { kind: 'ready', recovered };
  }

  function event([name, ...args]: [string, ...unknown[]]): Heard[] {
    const last = args.at(-1);
    if (pid !== undefined && typeof last === 'string') offset = last;
    if (name !== 'batch') return [{ kind: 'event', event: { event: name, data: args[0] } as ServerEvent }];
    return (args[0] as [string, unknown][]).map(([event, data]) => ({
      kind: 'event',
      event: { event, data } as ServerEvent,
    }));
  }

  return {
    query: { EIO: '4', transport: 'websocket', ...(isBatched && { batch: '1' }) },
    isReadyAtOnce: false,
    request: (id, action, data) => `42${id}${JSON.stringify([action, data])}`,
    hear(text, send) {
      if (text === PING) send('3');
      else if (text.startsWith('0'))
        send(`40${JSON.stringify({ participantToken, ...(pid && { pid, offset }) })}`);
      else if (text.startsWith('40')) return [connected(JSON.parse(text.slice(2)))];
      else if (text.startsWith('41') || text.startsWith('44')) return [{ kind: 'end', forGood: true }];
      else if (text.startsWith('42')) return event(JSON.parse(text.slice(2)));
      else if (text.startsWith('43')) {
        const [, id = '', body = ''] = /^43(\d+)(.*)$/s.exec(text) ?? [];
        const [{ ok, error, ...data }] = JSON.parse(body);
        return [{ kind: 'answer', id: Number(id), ...(ok ? { data } : { error }) }];
      }
      // What is no packet, such as API Gateway's own frames, ends a connection.
      else return [{ kind: 'end', forGood: false }];
      return [];
    },
  };
}
