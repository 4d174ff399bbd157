/** Numbers of messages, one bit each: thousands of clients remember everything that they have heard. */
export class SeqSet {
  #bits = new Uint8Array(64);

  /** False: it was there already. */
  add(seq: number): boolean {
    if (this.has(seq)) return false;
    const at = seq >> 3;
    if (at >= this.#bits.length) {
      const larger = new Uint8Array(2 * at);
      larger.set(this.#bits);
      this.#bits = larger;
    }
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (seq & 7));
    return true;
  }

  has(seq: number): boolean {
    return ((this.#bits[seq >> 3] ?? 0) & (1 << (seq & 7))) !== 0;
  }
}
