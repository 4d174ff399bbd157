/** In a log a line now and then; milliseconds. */
const LOGGED_EVERY_MS = 15_000;

/** What a command says, and how far it is: one line that changes on a terminal, a few in a log. */
export function newProgress({ isTTY = process.stdout.isTTY, now = Date.now } = {}) {
  let shownAt = now();
  let width = 0;
  return {
    /** Something that stays. */
    say(text: string): void {
      process.stdout.write(`${width > 0 ? `\r${' '.repeat(width)}\r` : ''}${text}\n`);
      width = 0;
    },
    show(line: string): void {
      if (isTTY) process.stdout.write(`\r${line.padEnd(width)}`);
      else if (now() - shownAt >= LOGGED_EVERY_MS) {
        shownAt = now();
        process.stdout.write(`${line}\n`);
      }
      width = isTTY ? Math.max(width, line.length) : 0;
    },
  };
}
