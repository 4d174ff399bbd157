import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What bundles and templates are made of, besides the settings: folders and files. */
const inputs = [
  ...['infra', 'functions', 'shared', 'client', 'web', 'config'],
  ...['cdk.json', 'package.json', 'tsconfig.json', 'package-lock.json'],
  // What is installed, which may be older than what is to be installed.
  'node_modules/.package-lock.json',
];

const KEPT = 3;
const KEPT_FOR_MS = 60 * 60_000;

export interface CacheOptions {
  /** The project. */
  readonly from?: string | undefined;
  /** The digest of the code that is running, if that was loaded earlier than now: what it makes is of that code. */
  readonly digest?: string | undefined;
}

/**
 * A hash of everything that decides what is made, except settings: the inputs, where they are, Node.js, and what the CDK takes from the
 * environment.
 */
export function inputsDigest(from = root): string {
  const hash = createHash('sha256');
  const environment = Object.entries(process.env).filter(([name]) => name.startsWith('CDK_'));
  hash.update(JSON.stringify([from, process.version, environment.sort()]));
  for (const file of inputs.flatMap((path) => filesIn(from, path)).sort()) {
    const content = readFileSync(join(from, file));
    hash.update(JSON.stringify([file, content.length])).update(content);
  }
  return hash.digest('hex').slice(0, 20);
}

function filesIn(from: string, path: string): string[] {
  const found = statSync(join(from, path), { throwIfNoEntry: false });
  if (!found) return [];
  if (!found.isDirectory()) return [path];
  const below = readdirSync(join(from, path), { recursive: true, encoding: 'utf8' });
  return below.map((file) => join(path, file)).filter((file) => statSync(join(from, file)).isFile());
}

/**
 * The folder that `make` has filled, now or earlier from the same inputs. A folder is complete as soon as it has its name, since it
 * gets it when it is: processes may make the same at the same time, and be ended at any time.
 */
export async function cached(
  name: string,
  make: (folder: string) => Promise<void>,
  { from = root, digest = inputsDigest(from) }: CacheOptions = {},
): Promise<string> {
  const home = homeOf(digest, from);
  const cache = dirname(home);
  const folder = join(home, name);
  if (existsSync(folder)) {
    markAsUsed(home);
    return folder;
  }
  mkdirSync(cache, { recursive: true });
  removeUnused(cache);
  const unfinished = join(mkdtempSync(join(cache, 'unfinished-')), name);
  mkdirSync(unfinished);
  try {
    await make(unfinished);
  } catch (error) {
    rmSync(dirname(unfinished), { recursive: true, force: true });
    throw error;
  }
  // Made of some of the old and some of the new: good for this one time, as without a cache.
  if (inputsDigest(from) !== digest) return unfinished;
  mkdirSync(home, { recursive: true });
  moveUnlessThere(unfinished, folder);
  rmSync(dirname(unfinished), { recursive: true, force: true });
  return folder;
}

/** What was made of the same inputs is in one folder. */
export const homeOf = (digest: string, from = root): string => join(from, '.build', 'cache', digest);

/** Another process may do the same at the same time. */
export function moveUnlessThere(path: string, target: string): void {
  try {
    renameSync(path, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
    rmSync(path, { recursive: true, force: true });
  }
}

function markAsUsed(folder: string): void {
  const now = new Date();
  try {
    utimesSync(folder, now, now);
  } catch {
    // Only its age is wrong: the folder may be somebody else's.
  }
}

/** Removes what was made of older inputs, and what was left unfinished. What was used within the hour may still be in use. */
function removeUnused(cache: string): void {
  const folders = readdirSync(cache).map((name) => {
    const path = join(cache, name);
    return { path, usedAt: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
  });
  folders.sort((a, b) => b.usedAt - a.usedAt);
  for (const { path, usedAt } of folders.slice(KEPT)) {
    if (usedAt < Date.now() - KEPT_FOR_MS) rmSync(path, { recursive: true, force: true });
  }
}
