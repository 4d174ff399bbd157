import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const noJava =
  'DynamoDB Local needs Java 11 or newer, which this machine does not have. Install it with ' +
  '"sudo apt-get install default-jre-headless" (Debian, Ubuntu) or "brew install openjdk" (macOS), set ' +
  'DYNAMODB_ENDPOINT to a DynamoDB that already runs, or use the one in memory, which keeps nothing: ' +
  '--dynamodb memory, without DATA_DIR.';

/** The command: that of `JAVA_HOME` if there is one. */
export function java(): string {
  const home = process.env.JAVA_HOME;
  const inHome = home ? join(home, 'bin', 'java') : '';
  return inHome && existsSync(inHome) ? inHome : 'java';
}

/** Whether there is a Java 11 or newer: `openjdk version "17.0.15"`; before 9 it was `"1.8.0_412"`. */
export async function hasJava(): Promise<boolean> {
  const version = await new Promise<string>((resolve) => {
    execFile(java(), ['-version'], { timeout: 20_000 }, (error, stdout, stderr) =>
      resolve(error ? '' : stderr + stdout),
    );
  });
  const [, major] = /version "(\d+)/.exec(version) ?? [];
  return Number(major) >= 11;
}
