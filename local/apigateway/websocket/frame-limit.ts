/**
 * Reads the header of each frame a client sends off the raw bytes, because `ws` hands over whole messages and hides how
 * they were framed. API Gateway takes messages of 128 KB, but only in frames of 32 KB each; whoever sends more is closed
 * with 1009.
 *
 * "Quotas for configuring and running a WebSocket API":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export class FrameLimit {
  readonly #frameBytes: number;
  readonly #header = Buffer.alloc(10);
  #headerBytes = 0;
  /** Bytes of masking key and payload that are still to pass before the next header. */
  #toSkip = 0;

  constructor(frameBytes: number) {
    this.#frameBytes = frameBytes;
  }

  /** Whether everything so far, and this chunk, is within the limit. A chunk may hold any part of any frames. */
  admits(chunk: Uint8Array): boolean {
    for (let at = 0; at < chunk.length; ) {
      if (this.#toSkip > 0) {
        const skipped = Math.min(this.#toSkip, chunk.length - at);
        this.#toSkip -= skipped;
        at += skipped;
        continue;
      }
      this.#header[this.#headerBytes++] = chunk[at++] ?? 0;
      if (this.#headerIsComplete() && !this.#admitsFrame()) return false;
    }
    return true;
  }

  #headerIsComplete(): boolean {
    if (this.#headerBytes < 2) return false;
    const length = (this.#header[1] ?? 0) & 0x7f;
    return this.#headerBytes === (length === 127 ? 10 : length === 126 ? 4 : 2);
  }

  #admitsFrame(): boolean {
    const second = this.#header[1] ?? 0;
    const payload = this.#payloadBytes(second & 0x7f);
    const isMasked = (second & 0x80) !== 0;
    this.#toSkip = payload + (isMasked ? 4 : 0);
    this.#headerBytes = 0;
    return payload <= this.#frameBytes;
  }

  #payloadBytes(length: number): number {
    if (length === 126) return this.#header.readUInt16BE(2);
    return length === 127 ? Number(this.#header.readBigUInt64BE(2)) : length;
  }
}
