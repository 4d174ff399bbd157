import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clientToServer } from '../../shared/protocol/client-to-server.ts';
import { replies } from '../../shared/protocol/replies.ts';
import { errorSchema, serverToClient } from '../../shared/protocol/server-to-client.ts';
import { pages, root, type Snippet, snippetsOf } from '../support/doc-pages.ts';

/** The code in the documentation. `docs/snippets/prelude.d.ts` declares the names that snippets have in common. */

const snippets = pages.flatMap(snippetsOf);
const inLanguages = (...languages: string[]) =>
  snippets.filter(({ language }) => languages.includes(language));
const placeOf = ({ page, line }: Snippet) => `${page}:${line}`;

/** The languages whose snippets are checked, and those that are for people. */
const languages = ['ts', 'tsx', 'js', 'diff', 'json', 'sh', 'python', 'text', 'mermaid', 'html', 'css'];

test('every snippet says its language', () => {
  const others = snippets.filter(({ language }) => !languages.includes(language));
  expect(others.map(placeOf)).toEqual([]);
  for (const checked of ['ts', 'diff', 'json', 'sh']) expect(inLanguages(checked)).not.toEqual([]);
});

test('TypeScript and JavaScript compile, strictly', () => {
  const folder = join(root, '.build', 'snippets');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const options = {
    ...JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')).compilerOptions,
    lib: ['es2023', 'dom', 'dom.iterable'],
    // As a reader would have it: next to the files that it imports.
    rootDirs: ['.', root, join(root, 'shared', 'protocol')],
    paths: {
      'live-event-chat': [join(root, 'infra/index.ts')],
      'live-event-chat/client': [join(root, 'client/index.ts')],
      'live-event-chat/react': [join(root, 'client/react.ts')],
      'live-event-chat/protocol': [join(root, 'shared/protocol/index.ts')],
    },
    jsx: 'react-jsx',
    allowJs: true,
    checkJs: true,
    noUnusedLocals: false,
    noUnusedParameters: false,
  };
  const files = [join(root, 'docs', 'snippets', 'prelude.d.ts')];
  for (const snippet of inLanguages('ts', 'tsx', 'js', 'diff')) {
    const { page, line, language, code } = snippet;
    const name = `${page.replaceAll('/', '_')}_${line}.${language === 'diff' ? 'ts' : language}`;
    // The lines of the snippet are those of the page, so that errors name them.
    const above = '\n'.repeat(line - 1);
    writeFileSync(join(folder, name), `${above}${language === 'diff' ? after(code) : code}export {};\n`);
    files.push(name);
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files }));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false']);
  expect(`${stdout}${stderr}`).toBe('');
});

/** What a file contains after the change that a diff shows. Lines that go leave empty ones. */
const after = (diff: string) =>
  diff.replace(/^(?:-.*|[+ ])/gm, (start) => (start.startsWith('-') ? '' : ' '));

test.for(inLanguages('json').map((snippet) => [placeOf(snippet), snippet.code] as const))(
  'the JSON at %s parses, and is a frame that there can be',
  ([, code]) => {
    const value: Frame | Frame[] = JSON.parse(code);
    for (const frame of [value].flat()) checkFrame(frame);
  },
);

interface Frame {
  action?: string;
  event?: string;
  data?: unknown;
}

/** Frames of the JSON wire are as the schemas have them. */
function checkFrame({ action, event, data }: Frame): void {
  if (action !== undefined) clientToServer[action as keyof typeof clientToServer].parse(data);
  if (event === undefined) return;
  if (event === 'error') errorSchema.parse(data);
  else if (event === 'ack')
    expect(Object.values(replies).some((reply) => reply.safeParse(data).success)).toBe(true);
  else serverToClient[event as keyof typeof serverToClient].parse(data);
}

test('shell commands name scripts that there are', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const named = snippets
    .filter(({ language }) => language === 'sh')
    .flatMap((snippet) =>
      [...snippet.code.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test))/g)].map(([, run, short]) => ({
        at: placeOf(snippet),
        script: run ?? short ?? '',
      })),
    );
  expect(named).not.toEqual([]);
  expect(named.filter(({ script }) => scripts[script] === undefined)).toEqual([]);
});

const hasPython = spawnSync('python3', ['--version']).status === 0;

test.skipIf(!hasPython)('what is Python compiles', () => {
  const compiling = ['-c', 'import sys; compile(sys.stdin.read(), "snippet", "exec")'];
  for (const snippet of inLanguages('python')) {
    const { status, stderr } = spawnSync('python3', compiling, { input: snippet.code, encoding: 'utf8' });
    expect(status, `${placeOf(snippet)}: ${stderr}`).toBe(0);
  }
});
