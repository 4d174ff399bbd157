import { expect, test } from 'vitest';
import { FrameLimit } from '../../local/apigateway/websocket/frame-limit.ts';

/** A masked frame as a client sends it; a payload of more than 65,535 bytes has the longest header. */
function frame(opcode: number, payloadBytes: number, isFinal = true): Buffer {
  const header = Buffer.alloc(payloadBytes > 65_535 ? 10 : payloadBytes > 125 ? 4 : 2);
  header[0] = (isFinal ? 0x80 : 0) | opcode;
  header[1] = 0x80 | (header.length === 10 ? 127 : header.length === 4 ? 126 : payloadBytes);
  if (header.length === 4) header.writeUInt16BE(payloadBytes, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(payloadBytes), 2);
  // Mask and payload look like the header of an endless frame to whoever loses count.
  return Buffer.concat([header, Buffer.alloc(4 + payloadBytes, 0xff)]);
}

const [continuation, text, ping] = [0, 1, 9];

function admits(bytes: Buffer, chunkBytes: number): boolean {
  const limit = new FrameLimit(32_768);
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    if (!limit.admits(bytes.subarray(at, at + chunkBytes))) return false;
  }
  return true;
}

const within = [
  frame(text, 0),
  frame(text, 125),
  frame(ping, 4),
  frame(text, 126),
  frame(text, 32_768, false),
  frame(ping, 0),
  frame(continuation, 32_768),
];

test.each([1, 2, 3, 7, 4_096, 1_000_000])(
  'frames within 32 KB are taken in network pieces of %i bytes',
  (size) => {
    expect(admits(Buffer.concat(within), size)).toBe(true);
  },
);

test.each([1, 2, 3, 7, 4_096, 1_000_000])(
  'a frame over 32 KB is found in network pieces of %i bytes',
  (size) => {
    for (const payload of [32_769, 65_535, 65_536]) {
      expect(admits(Buffer.concat([...within, frame(text, payload)]), size)).toBe(false);
    }
  },
);
