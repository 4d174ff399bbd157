import { connect, type TLSSocket } from 'node:tls';
import type { Post } from './other-posters.ts';
import { clientSettings } from './own-poster.ts';
import { type RawTarget, rawRequests } from './raw-request.ts';

/** A connection with one request under way at most. */
interface Line {
  socket: TLSSocket;
  answered(error?: Error): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const EMPTY = Buffer.alloc(0);
const LENGTH = Buffer.from('Content-Length: ');

/**
 * The limit of what Node can do: bytes that are ready and signed into a TLS socket that is open, and the few bytes looked at
 * that come back. It knows no timeout, no retry and no other server than the one of this benchmark.
 */
export function postRaw(endpoint: string): Post {
  const { hostname, port, host, pathname } = new URL(endpoint);
  const target: RawTarget = { host, path: `${pathname}/@connections/`, ...clientSettings };
  const requestTo = rawRequests(target);
  const free: Line[] = [];

  function newLine(): Line {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.setNoDelay(true);
    const line: Line = { socket, answered: () => {} };
    let received: Buffer = EMPTY;
    socket.on('data', (data: Buffer) => {
      received = received.length > 0 ? Buffer.concat([received, data]) : data;
      const status = statusOf(received);
      if (status === undefined) return;
      received = EMPTY;
      free.push(line);
      line.answered(status === 200 ? undefined : new Error(`Refused: ${status}`));
    });
    socket.on('error', (error) => line.answered(error));
    return line;
  }

  return (connectionId, frame) =>
    new Promise((resolve, reject) => {
      const line = free.pop() ?? newLine();
      line.answered = (error) => (error ? reject(error) : resolve());
      line.socket.write(requestTo(connectionId, frame));
    });
}

/** Undefined: not all of the answer is there. */
function statusOf(answer: Buffer): number | undefined {
  const headEnd = answer.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const lengthAt = answer.indexOf(LENGTH) + LENGTH.length;
  const length = Number.parseInt(answer.toString('latin1', lengthAt, headEnd), 10);
  if (answer.length < headEnd + HEAD_END.length + length) return undefined;
  return Number(answer.toString('latin1', 9, 12));
}
