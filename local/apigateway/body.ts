import type { IncomingMessage } from 'node:http';

/** Reads a request to its end. `undefined` if it is longer than `limitBytes`; what is over is thrown away. */
export function readBody(req: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  // Somebody else has read it: there is no second one for an error page of a distribution.
  if (req.readableEnded) return Promise.resolve(Buffer.alloc(0));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    req.on('end', () => resolve(bytes > limitBytes ? undefined : joined(chunks)));
    req.on('error', reject);
  });
}

/** Most bodies are one chunk, which need not be copied. */
const joined = (chunks: readonly Buffer[]): Buffer =>
  chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
